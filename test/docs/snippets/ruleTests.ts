import { testRules } from '@miniprogram-cos/server'
import { config } from './cos.config'

const rules = testRules(config)
const { owner, everyone } = rules

describe('private files', () => {
  test('are used by their owner', () => {
    const me = rules.expect(owner('o1'))
    me.can('read', 'private/o1/a.png')
    me.can('write', 'private/o1/a.png', { size: '100 KB', used: '900 KB' })
    me.can('delete', 'private/o1/a.png')
    me.can('list', 'private/o1/')
    me.cannot('write', 'private/o1/a.png', { size: '200 KB', used: '900 KB' })
    me.cannot('write', 'private/o1/a.png', { size: '2 MB' })
  })

  test('are used by nobody else', () => {
    const other = rules.expect(everyone())
    other.cannot('read', 'private/o1/a.png')
    other.cannot('write', 'private/o1/a.png')
    other.cannot('delete', 'private/o1/a.png')
    other.cannot('list', 'private/o1/')
  })
})

test('pictures are reviewed before others see them', () => {
  const png = { type: 'image/png' }
  rules.table([
    [owner('o1'), 'write', 'incoming/o1/a.png', 'allow', png],
    [owner('o1'), 'write', 'incoming/o1/a.jpg', 'allow', { type: 'image/jpeg' }],
    [owner('o1'), 'write', 'incoming/o1/a.svg', 'deny', { type: 'image/svg+xml' }],
    [owner('o1'), 'write', 'incoming/o1/a.html', 'deny', { type: 'text/html' }],
    [owner('o1'), 'delete', 'incoming/o1/a.png', 'allow'],
    [owner('o1'), 'read', 'incoming/o1/a.png', 'deny'],
    [owner('o1'), 'list', 'incoming/o1/', 'deny'],
    [everyone(), 'read', 'incoming/o1/a.png', 'deny'],
    [everyone(), 'write', 'incoming/o1/a.png', 'deny', png],
    [everyone(), 'delete', 'incoming/o1/a.png', 'deny'],
    [everyone(), 'list', 'incoming/o1/', 'deny'],
    [everyone(), 'read', 'shared/o1/a.png', 'allow'],
    [owner('o1'), 'write', 'shared/o1/a.png', 'deny'],
    [owner('o1'), 'delete', 'shared/o1/a.png', 'deny'],
    [owner('o1'), 'list', 'shared/o1/', 'deny'],
    [everyone(), 'write', 'shared/o1/a.png', 'deny'],
    [everyone(), 'delete', 'shared/o1/a.png', 'deny'],
    [everyone(), 'list', 'shared/o1/', 'deny'],
  ])
})

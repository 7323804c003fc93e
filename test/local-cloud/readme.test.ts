import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '@miniprogram-cos/protocol'
import { describeGaps, gapsAsMarkdown } from '../../packages/local-cloud/src/cos/gaps'
import { ROOT } from '../../scripts/build/root'

const readme = readFileSync(join(ROOT, 'packages/local-cloud/README.md'), 'utf8')

test('the README’s list of gaps is that of the tables the local COS runs on', () => {
  const shown = /<!-- gaps -->\n([\s\S]*?)\n<!-- \/gaps -->/.exec(readme)?.[1]
  expect(shown?.trim()).toBe(gapsAsMarkdown())
})

test('of the table the local COS leaves out archives, and nothing else', () => {
  const { imitated } = describeGaps()
  expect(Object.keys(operations).filter((name) => !imitated.includes(name))).toEqual([
    'restoreObject',
  ])
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { keyReason } from '../../packages/server/src/objectKey'
import { callFunction } from '../support/functionCalls'
import { createTestPhone } from '../support/phones'
import { ALICE, CREDENTIALS_FUNCTION, SIGNATURE_FUNCTION, useTestCloud } from '../support/testCloud'

/** Keys with characters that mean something in a policy, a template or an encoded URL. */
const cloud = useTestCloud({ functions: [CREDENTIALS_FUNCTION, SIGNATURE_FUNCTION] })

const folder = `private/${ALICE}/`
const NAMES = [
  'a*b.txt',
  'what?.txt',
  '100%.txt',
  '5% of 20%',
  '$5.txt',
  '{draft}.txt',
  '}{',
  'a$b{c}',
  'a\\b.txt',
  '[x] (1) #1 &=+;,\'".txt',
]

describe.each(['signature', 'keys'] as const)('by %s', (mode) => {
  test.each(NAMES)('uploads, lists, reads, copies and deletes %s', async (name) => {
    const { cos } = createTestPhone(cloud, ALICE, {}, { mode })
    const { Bucket, Region } = await cos.caller()
    const Key = `${folder}${mode} ${name}`
    await cos.putObject({ Key, Body: name })
    expect((await cos.getObject({ Key })).Body).toBe(name)
    const { Contents } = await cos.getBucket({ Prefix: Key })
    expect(Contents.map((one) => one.Key)).toEqual([Key])
    const source = encodeURIComponent(Key).replace(/%2F/g, '/')
    const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/${source}`
    await cos.putObjectCopy({ Key: `${folder}copy of ${name}`, CopySource })
    await cos.deleteObject({ Key })
    expect((await cos.getBucket({ Prefix: Key })).Contents).toEqual([])
  })

  test('uploads such a key in parts', async () => {
    const { cos } = createTestPhone(cloud, ALICE, {}, { mode })
    const FilePath = join(cloud.folder, mode)
    writeFileSync(FilePath, 'x'.repeat(3_000_000))
    const Key = `${folder}${mode} parts *?{}$ 100%`
    await cos.uploadFile({ Key, FilePath })
    expect((await cos.headObject({ Key })).statusCode).toBe(200)
  })
})

const scopeOf = (name: string) => ({
  scope: [{ action: 'name/cos:PutObject', prefix: `${folder}${name}` }],
})
const ask = (name: string) =>
  callFunction(cloud, 'cos-credentials', { openid: ALICE }, scopeOf(name))

test.each(NAMES.filter((name) => !/[*?\\]/.test(name)))(
  'issues a scoped key for %s',
  async (name) => {
    expect((await ask(name)).scopeLimit).toBe(true)
  },
)

test.each([
  ['a*b', '"*"'],
  ['a?b', '"?"'],
  ['a\\b', '"\\"'],
  ['a%2eb', '"%2e"'],
  ['${uin}', '"${"'],
  ['{openid}', '"{openid}"'],
  ['a\u200bb', 'U+200B'],
])('refuses a scoped key for %j, naming the character %s', async (name, shown) => {
  const { error } = await ask(name)
  expect(error).toMatchObject({ code: 'KitScopeRefused', retryable: false })
  expect(error?.message).toContain(`contains`)
  expect(error?.message).toContain(shown)
})

test.each([
  ['*', '"*"'],
  ['a/?*/b', '"?*"'],
  ['..\\x', 'dot segment'],
  ['a\\..\\b', 'dot segment'],
  ['a\\\\b', 'empty segment'],
  ['%2e%2e', '"%2e"'],
  ['${filename}', '"${"'],
])('cos-signature refuses %j: %s', async (name, shown) => {
  for (const event of [
    { Method: 'PUT', Key: `${folder}${name}` },
    { form: { Key: `${folder}${name}` } },
  ]) {
    const { error } = await callFunction(cloud, 'cos-signature', { openid: ALICE }, event)
    expect(error?.code).toBe('KitRequestRefused')
    expect(error?.message).toContain(shown)
  }
})

describe('the check of a key', () => {
  test.each([
    'a',
    'private/oA/',
    'a/b c+d.txt',
    '目录/文件.txt',
    '😀.png',
    '👨‍👩‍👧.png',
    'x'.repeat(850),
  ])('accepts %s', (key) => {
    expect(keyReason(key)).toBeUndefined()
  })

  test.each([
    ['', 'empty'],
    ['/a', 'starts with /'],
    ['\\a', 'starts with / or'],
    ['a\\b', 'backslash'],
    ['a/../b', 'dot segment'],
    ['..', 'dot segment'],
    ['a/./b', 'dot segment'],
    ['a/.../b', 'dot segment'],
    ['a//b', 'empty segment'],
    ['a /b', 'ends in a dot or space'],
    ['a./b', 'ends in a dot or space'],
    ['a\u200db', 'invisible'],
    ['a*', 'wildcard'],
    ['a?', 'wildcard'],
    ['${uin}/x', 'template'],
    ['{openid}', 'template'],
    ['a%2e%2e', 'percent'],
    ['a\u0000b', 'NUL'],
    ['a\u202eb', 'invisible'],
    ['a\u200bb', 'invisible'],
    ['a\u0018b', '0x18'],
    ['cafe\u0301', 'normal form'],
    ['x'.repeat(851), '850'],
  ])('refuses %j', (key, why) => {
    expect(String(keyReason(key))).toContain(why)
  })
})

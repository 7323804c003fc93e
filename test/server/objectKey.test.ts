import { requestedKeyProblem } from '@miniprogram-cos/server'

test.each([
  'a',
  'private/oA/',
  'a/b c+d.txt',
  '目录/文件.txt',
  '😀.png',
  '👨‍👩‍👧.png',
  'x'.repeat(850),
])('accepts %s', (key) => {
  expect(requestedKeyProblem(key)).toBeUndefined()
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
  expect(requestedKeyProblem(key)).toContain(why)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRules, VERBS } from '@miniprogram-cos/server'
import { accessTable } from '../../packages/cli/src/accessTable'
import { ruleLine } from '../../packages/cli/src/ruleSource'
import { runRuleTests } from '../../packages/cli/src/ruleTests'
import { runInProcess } from '../support/commandLine'
import { snippetFile } from '../support/documents'
import { useFolder } from '../support/projectFiles'

const CONFIG = `import { defineConfig } from '@miniprogram-cos/server'

// 'private/{openid}/**': a comment that names the rule
export const config = defineConfig({
  env: 'test',
  bucket: 'media-1250000000',
  region: 'ap-guangzhou',
  groups: { editors: ['oEditor0123456789-_abcdefghi'] },
  access: {
    /* 'avatars/{openid}/**': { … } */
    'private/{openid}/**': { owner: ['read', 'write'] },
    "avatars/{openid}/**": {
      owner: ['write'], maxSize: '2 MB',
      onUpload: ({ key }) => ({ key }),
    },
    'news/**': { groups: { editors: ['write'] } },
  },
})
`

const TESTS = `import { testRules } from '@miniprogram-cos/server'
import { config } from './cos.config'

const rules = testRules(config)
const { owner, everyone } = rules

describe('private files', () => {
  test('are their owner’s', () => {
    rules.expect(owner('o1')).can('read', 'private/o1/a')
    rules.expect(everyone()).cannot('read', 'private/o1/a')
  })
})
`

const folder = useFolder()
beforeAll(() => {
  writeFileSync(join(folder, 'cos.config.ts'), CONFIG)
})

let language = 'C.UTF-8'
afterEach(() => {
  language = 'C.UTF-8'
})

async function rules(...args: string[]) {
  const { status, stdout, stderr } = await runInProcess(['rules', ...args], {
    cwd: folder,
    LANG: language,
  })
  return { status, text: stdout + stderr }
}

const runTests = (tests: string, ...args: string[]) => {
  writeFileSync(join(folder, 'cos.rules.test.ts'), tests)
  return rules('test', ...args)
}

test('finds the line of a rule, not of a comment', () => {
  const file = join(folder, 'cos.config.ts')
  expect(ruleLine('private/{openid}/**', file)).toBe('cos.config.ts:11')
  expect(ruleLine('avatars/{openid}/**', file)).toBe('cos.config.ts:12')
  expect(ruleLine('news/**', file)).toBe('cos.config.ts:16')
  expect(ruleLine('other/**', file)).toBe('')
  expect(ruleLine('news/**', join(folder, 'none.ts'))).toBe('')
})

test('rules test names grants without a test and loosened rules, with their lines', async () => {
  const { status, text } = await runTests(TESTS)
  expect(text).toContain('✓ private files › are their owner’s')
  expect(text).toContain('! private/{openid}/**: owner may write  (cos.config.ts:11)')
  expect(text).toContain('! avatars/{openid}/**: maxSize is removed  (cos.config.ts:12)')
  expect(text).not.toContain('private/{openid}/**: everyone may read')
  expect(status).toBe(1)
  expect((await runTests(TESTS, '--allow-gaps')).status).toBe(0)
})

test('rules test --json prints the result of each test and the gaps', async () => {
  const { status, text } = await runTests(TESTS, '--json')
  expect(JSON.parse(text)).toEqual({
    tests: [{ title: 'private files › are their owner’s' }],
    expectations: 2,
    mutations: expect.any(Number),
    untested: expect.arrayContaining(['private/{openid}/**: owner may write']),
    unnoticed: expect.arrayContaining(['avatars/{openid}/**: maxSize is removed']),
  })
  expect(status).toBe(1)
})

test('rules test says why a test failed, and by which line', async () => {
  const { status, text } = await runTests(
    TESTS.replace("cannot('read'", "can('read'"),
    '--allow-gaps',
  )
  expect(text).toContain('✗ private files › are their owner’s')
  expect(text).toMatch(/everyone cannot read "private\/o1\/a": .*\(cos\.config\.ts:11\)/)
  expect(status).toBe(1)
})

test('rules test refuses a file without testRules, and one that is not there', async () => {
  expect(await runTests('export const other = 1')).toMatchObject({ status: 2 })
  expect(await rules('test', 'missing.ts')).toMatchObject({ status: 2 })
})

test.each([
  [['o1', 'read', 'private/o1/a'], 0, '✓ o1 may read private/o1/a'],
  [['o1', 'read', 'private/o2/a'], 1, '→ access["private/{openid}/**"]  cos.config.ts:11'],
  [['nobody', 'read', 'private/o1/a'], 1, 'no user is signed in'],
  [['o1', 'write', 'elsewhere'], 1, 'no path of cos.config.ts covers it'],
  [['o1', 'write', 'avatars/o1/a', '--size', '3 MB'], 1, 'allows at most 2097152 bytes'],
  [['oEditor0123456789-_abcdefghi', 'write', 'news/a'], 0, 'cos.config.ts:16'],
  [
    ['o1', 'read', 'private/o2/a', '--json'],
    1,
    '{"allowed":false,"rule":"private/{openid}/**","line":"cos.config.ts:11","reason":',
  ],
  [['o1', 'read'], 2, ''],
  [['o1', 'steal', 'private/o1/a'], 2, 'the verbs are read, write, delete, list'],
])('rules explain %j', async (args, status, text) => {
  const result = await rules('explain', ...args)
  expect(result.text).toContain(text)
  expect(result.status).toBe(status)
})

test.each([
  [['nobody', 'read', 'private/o1/a'], '没有已登录的用户'],
  [['o1', 'write', 'elsewhere'], '没有规则覆盖 "elsewhere"'],
  [['o1', 'read', 'private/o2/a'], 'access["private/{openid}/**"] 只允许 owner 执行 read'],
  [['o1', 'write', 'avatars/o1/a', '--size', '3 MB'], '规则允许的对象最大 2097152 字节'],
  [['o1', 'read', 'private/o1//a'], '对象键含有空的路径段'],
])('rules explain %j, in Chinese', async (args, text) => {
  language = 'zh_CN.UTF-8'
  expect((await rules('explain', ...args)).text).toContain(text)
})

test('rules test says in Chinese why a test failed', async () => {
  language = 'zh_CN.UTF-8'
  const { text } = await runTests(TESTS.replace("cannot('read'", "can('read'"), '--allow-gaps')
  expect(text).toMatch(
    /everyone 不能 read "private\/o1\/a"：access\["private\/\{openid\}\/\*\*"\] 只允许 owner 执行 read {2}\(cos\.config\.ts:11\)/,
  )
})

test('the tests of the guide notice every loosened rule', async () => {
  const { results, report } = await runRuleTests(snippetFile('cos.rules.test.ts'))
  expect(results).toHaveLength(3)
  expect(results.filter(({ failure }) => failure)).toEqual([])
  expect(report).toMatchObject({ untested: [], unnoticed: [] })
})

// A Chinese character takes two columns of a terminal.
test.each([
  [
    'C.UTF-8',
    [
      'path                 who       read  write  delete  list  limits',
      'private/{openid}/**  owner     yes   yes    yes     yes   up to 20971520 bytes, image/*',
      'news/**              everyone  yes   -      -       -',
      'news/**              editors   yes   yes    -       -     no overwriting',
      'anything else        anyone    -     -      -       -',
    ],
  ],
  [
    'zh_CN.UTF-8',
    [
      '路径                 调用者    read  write  delete  list  限制',
      'private/{openid}/**  owner     是    是     是      是    最大 20971520 字节，image/*',
      'news/**              everyone  是    -      -       -',
      'news/**              editors   是    是     -       -     不得覆盖',
      '其他路径             任何人    -     -      -       -',
    ],
  ],
])('prints the access table in %s', (locale, lines) => {
  const rules = readRules(
    {
      'private/{openid}/**': { owner: VERBS, maxSize: '20 MB', types: ['image/*'] },
      'news/**': { everyone: ['read'], groups: { editors: ['read', 'write'] }, overwrite: false },
    },
    ['editors'],
  )
  const before = process.env.LC_ALL
  process.env.LC_ALL = locale
  try {
    expect(accessTable(rules).split('\n')).toEqual(lines)
  } finally {
    if (before === undefined) delete process.env.LC_ALL
    else process.env.LC_ALL = before
  }
})

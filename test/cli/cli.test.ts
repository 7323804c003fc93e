import { PassThrough, Writable } from 'node:stream'
import { colorsFor, paint } from '../../packages/cli/src/output'
import { loadBundled, runCli, runInProcess } from '../support/commandLine'

type Ask = typeof import('../../packages/cli/src/cloud/setup')

/** Bundled as it is published: Jest does not load the library that asks, which is an ES module. */
const loadAsk = () => loadBundled<Ask>('packages/cli/src/cloud/setup.ts')

const COMMANDS = [
  'create',
  'init',
  'dev',
  'build',
  'setup',
  'deploy',
  'domains',
  'doctor',
  'policy',
  'check-wechat',
  'local-cloud',
]

const CHINESE = /[\u4e00-\u9fff]/

describe('help', () => {
  test('lists every command, in English and in Chinese', () => {
    const [english, chinese] = [runCli(['--help']), runCli(['--help'], { LANG: 'zh_CN.UTF-8' })]
    expect([english.status, chinese.status]).toEqual([0, 0])
    for (const name of COMMANDS) {
      expect(english.stdout).toMatch(new RegExp(`^ {2}${name}\\b`, 'm'))
      expect(chinese.stdout).toMatch(new RegExp(`^ {2}${name}\\b.*[\u4e00-\u9fff]`, 'm'))
    }
    expect(english.stdout).not.toMatch(CHINESE)
    expect(english.stdout).toContain('Exit codes')
  })

  test.each(COMMANDS.filter((name) => name !== 'local-cloud'))(
    '%s describes every option in the reader’s language, and its exit codes',
    async (name) => {
      const english = await runInProcess([name, '--help'])
      const chinese = await runInProcess([name, '--help'], { LANG: 'zh_CN.UTF-8' })
      expect([english.status, english.stderr]).toEqual([0, ''])
      expect(english.stdout).toMatch(new RegExp(`^Usage: miniprogram-cos ${name}`))
      expect(english.stdout).not.toMatch(CHINESE)
      expect(english.stdout).toContain('Exit codes: 0')
      expect(chinese.stdout).toMatch(/^用法：/)
      expect(chinese.stdout).toContain('退出码：0')
      for (const [, option] of english.stdout.matchAll(/^ {2}(?:-h, )?(--[\w-]+)/gm)) {
        expect(chinese.stdout).toMatch(
          new RegExp(`${option}\\b[^\n]*(\n {4,}[^\n]*)?[\u4e00-\u9fff]`),
        )
      }
    },
  )

  test('of local-cloud has the same options in Chinese', async () => {
    const help = (LANG: string) => runInProcess(['local-cloud', '--help'], { LANG })
    const { stdout: english } = await help('C.UTF-8')
    const { stdout: chinese } = await help('zh_CN.UTF-8')
    const optionsOf = (text: string) => text.match(/^ {2}--[\w-]+/gm)
    expect(optionsOf(chinese)).toEqual(optionsOf(english))
    expect(chinese).not.toMatch(/[a-z]{3,} [a-z]{2,} [a-z]{2,}/)
  })

  test('is shown with status 2 when the name of a command is missing', async () => {
    for (const args of [[], ['rules']]) {
      const { stdout, stderr, status } = await runInProcess(args)
      expect([stdout, status]).toEqual(['', 2])
      expect(stderr).toMatch(/^Usage: miniprogram-cos/)
    }
    const { stdout } = await runInProcess(['rules', 'test', '--help'])
    expect(stdout).toMatch(/^Usage: miniprogram-cos rules test/)
  })

  test('names the npm script that ran the command', async () => {
    const byNpm = async (script: string, ...args: string[]) =>
      (await runInProcess([...args, '--help'], { npm_lifecycle_event: script })).stdout
    expect(await byNpm('deploy', 'deploy')).toMatch(/^Usage: npm run deploy -- \[options\]/)
    expect(await byNpm('test', 'rules', 'test')).toMatch(/^Usage: miniprogram-cos rules test/)
    expect(await byNpm('start', 'start')).toMatch(/^Usage: npm start -- \[options\] \[file\.\.\.\]/)
  })
})

describe('wrong input ends with status 2 and one line that helps', () => {
  test.each([
    [['deplyo'], "deplyo: Unknown command 'deplyo'. Did you mean deploy?"],
    [['deploy', '--dryrun'], "deploy: Unknown option '--dryrun'. Did you mean --dry-run?"],
    [['setup', '--appId', 'x'], "setup: Unknown option '--appId'. Did you mean --appid?"],
    [['domains', '--nonsense'], "domains: Unknown option '--nonsense'. See --help."],
    [['domains', '--check'], "domains: Option '--check <file>' needs a value."],
    [['domains', '--check', 'none.txt'], 'domains: no such file: none.txt'],
    [['reconcile'], 'reconcile: FunctionKeyMissing: the key for the functions is missing. Set '],
    [['rules', 'explain', 'o1'], 'rules: <verb> is missing. See --help.'],
    [['policy', 'one'], 'policy: Too many arguments. See --help.'],
    [['start', '--port', 'abc'], 'start: --port must be a number from 0 to 65535, got "abc"'],
    [['start', '--port', '70000'], 'start: --port must be a number from 0 to 65535, got "70000"'],
    [
      ['local-cloud', '--cos-prot', '1'],
      "local-cloud: Unknown option '--cos-prot'. Did you mean --cos-port?",
    ],
  ])('%j', async (args, line) => {
    // This command ends its process itself.
    const run = args[0] === 'local-cloud' ? runCli : runInProcess
    const { status, stderr, stdout } = await run(args)
    const first = stderr.split('\n').find((one) => !one.startsWith('!'))
    expect(first?.slice(0, line.length)).toBe(line)
    expect([status, stdout]).toEqual([2, ''])
  })

  test('in Chinese if LANG is Chinese', async () => {
    const { stderr, status } = await runInProcess(['deploy', '--dryrun'], { LANG: 'zh_CN.UTF-8' })
    expect([stderr, status]).toEqual(["deploy: 未知选项 '--dryrun'。你是否想输入 --dry-run？\n", 2])
  })

  test('setup names everything that is missing', async () => {
    const { stderr, status } = await runInProcess(['setup', '--yes', '--offline', '--appid', 'wx1'])
    expect(stderr.trim().split('\n')).toHaveLength(1)
    for (const text of ['--appid "wx1"', '--env is missing', '--bucket is missing']) {
      expect(stderr).toContain(text)
    }
    expect(stderr).toContain('COS_STS_SECRET_ID')
    expect(status).toBe(2)
  })
})

describe('the sample bucket of cos.config.ts', () => {
  test.each([['domains'], ['policy']])('%s warns about it on standard error', async (name) => {
    const { stderr, status } = await runInProcess([name])
    expect(stderr).toContain('! cos.config.ts still names the sample bucket media-1250000000')
    expect(stderr).toContain('npm run setup')
    expect(status).toBe(0)
    const { stdout } = await runInProcess([name, '--json'])
    expect(() => JSON.parse(stdout)).not.toThrow()
  })
})

describe('colours', () => {
  test.each([
    ['on a terminal', { isTTY: true }, {}, true],
    ['not in a pipe', {}, {}, false],
    ['not with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['not on a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
    ['in a pipe with FORCE_COLOR', {}, { FORCE_COLOR: '1' }, true],
  ])('%s', (_, stream, environment, isColored) => {
    const colors = colorsFor(stream, environment)
    expect(colors.isColorSupported).toBe(isColored)
    expect(paint('✓ done', colors)).toBe(isColored ? '\u001b[32m✓\u001b[39m done' : '✓ done')
  })

  test('a command respects FORCE_COLOR and NO_COLOR', () => {
    const args = ['domains', '--check', '-']
    const input = '{"request":[]}'
    expect(runCli(args, { input, FORCE_COLOR: '1' }).stdout).toContain('\u001b[31m✗\u001b[39m')
    expect(runCli(args, { input, NO_COLOR: '1' }).stdout).toContain('✗ request')
  })
})

test('questions at a terminal are repeated until the answer is valid, and a secret is not shown', async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  let shown = ''
  const output = Object.assign(
    new Writable({
      write(chunk, _, done) {
        shown += chunk
        done()
      },
    }),
    { columns: 80, rows: 24, isTTY: true },
  )
  const type = async (text: string) => {
    for (const key of text) input.write(key)
    input.write('\r')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { terminalAsker } = await loadAsk()
  const asker = terminalAsker({ input, output } as never)
  const isValid = (answer: string) => answer.startsWith('valid')
  const name = asker.ask({ message: 'A name', isHidden: false, isValid })
  await type('wrong')
  expect(shown).toContain('The format is not right.')
  for (const _ of 'wrong') input.write('\u007f')
  await type('valid-name')
  expect(await name).toBe('valid-name')
  const secret = asker.ask({ message: 'A key', isHidden: true, isValid })
  await type('valid-secret')
  expect(await secret).toBe('valid-secret')
  expect(shown).toContain('A key')
  expect(shown).not.toContain('valid-secret')
})

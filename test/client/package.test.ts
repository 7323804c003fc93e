import { execFileSync } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire, SourceMap } from 'node:module'
import { join } from 'node:path'
import { createContext, runInContext } from 'node:vm'
import { loadModule } from '@miniprogram-cos/simulator'
import { parse, type Token, tokTypes } from 'acorn'
import { transformSync } from 'esbuild'
import {
  CLIENT_SIZES,
  inKb,
  sizeAtStart,
  sizeWithRequired,
} from '../../packages/cli/src/wechat/sizes'
import { type PackedClient, packClient } from '../support/localRegistry'
import { OFFICIAL_FILE } from '../support/phones'
import { ROOT } from '../support/root'

let packed: PackedClient

beforeAll(() => {
  packed = packClient()
})

afterAll(() => rmSync(packed.project, { recursive: true, force: true }))

const file = (path: string) => join(packed.folder, path)
const text = (path: string) => readFileSync(file(path), 'utf8')

interface Loaded {
  new (): object
  COS: unknown
  default: unknown
  CosError: unknown
  version: string
}

const CLIENTS = ['miniprogram_dist/index.js', 'dist/index.js', 'dist/miniprogram-cos.js']
const UPLOADERS = ['miniprogram_dist/upload.js', 'dist/upload.js']
/** What the entries of phones load: at once, and at first use. */
const LOADED = ['core', 'later', 'methods', 'advice']
const PHONE_FILES = ['index', 'upload', ...LOADED].map((name) => `miniprogram_dist/${name}.js`)
const FORMS = ['miniprogram_dist/form.js', 'dist/form.js']
const SCRIPTS = [
  ...FORMS,
  'dist/form.mjs',
  'miniprogram_dist/prepare.js',
  ...new Set([...CLIENTS, ...UPLOADERS, ...PHONE_FILES, 'dist/index.mjs', 'dist/upload.mjs']),
]

type TextToken = Token & { value: string }

function tokensOf(path: string): TextToken[] {
  const sourceType = path.endsWith('.mjs') ? 'module' : 'script'
  const tokens: Token[] = []
  parse(text(path), { ecmaVersion: 2018, sourceType, onToken: tokens })
  return tokens as TextToken[]
}

/** An ES module as the body of a function. */
const asScript = (path: string) =>
  path.endsWith('.mjs') ? transformSync(text(path), { format: 'cjs' }).code : text(path)

describe('the package', () => {
  test('contains exactly these files', () => {
    const files = readdirSync(packed.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(packed.folder.length + 1))
    expect(files.sort()).toEqual([
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'dist/form.d.mts',
      'dist/form.d.ts',
      'dist/form.js',
      'dist/form.mjs',
      'dist/index.d.mts',
      'dist/index.d.ts',
      'dist/index.js',
      'dist/index.mjs',
      'dist/miniprogram-cos.js',
      'dist/miniprogram-cos.js.map',
      'dist/prepare.d.mts',
      'dist/prepare.d.ts',
      'dist/prepare.js',
      'dist/prepare.mjs',
      'dist/upload.d.mts',
      'dist/upload.d.ts',
      'dist/upload.js',
      'dist/upload.mjs',
      ...[...PHONE_FILES, 'miniprogram_dist/form.js', 'miniprogram_dist/prepare.js'].sort(),
      'package.json',
    ])
  })

  test('has no dependencies and no install script', () => {
    const manifest = JSON.parse(text('package.json'))
    for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
      expect(manifest[kind]).toBeUndefined()
    }
    expect(Object.keys(manifest.scripts)).toEqual(['prepack'])
  })

  test('is less than two fifths of the size of the official client, a fifth of it at start', () => {
    const bytes = (path: string) => statSync(file(path)).size
    const sizes = SCRIPTS.map((path) => `${path} ${bytes(path)} bytes`)
    process.stdout.write(`packed: ${statSync(packed.tarball).size} bytes; ${sizes.join(', ')}\n`)
    // Raw bytes count in WeChat's package, not compressed ones.
    const official = statSync(OFFICIAL_FILE).size
    const folder = PHONE_FILES.map(bytes)
    expect(folder.reduce((sum, one) => sum + one)).toBeLessThan(official * 0.4)
    expect(sizeAtStart(file('miniprogram_dist/index.js'))).toBeLessThan(official / 5)
  })

  test.each(CLIENT_SIZES)(
    '$entry stays within its size limits in an app, whole and at start',
    ({ entry, limit, goal, start }) => {
      const path = file(`miniprogram_dist/${entry}`)
      const [all, first] = [sizeWithRequired(path), sizeAtStart(path)]
      process.stdout.write(
        `${entry}: ${inKb(all)} (goal ${inKb(goal)}), at start ${inKb(first)} (goal ${inKb(start.goal)})\n`,
      )
      expect(all).toBeLessThanOrEqual(limit)
      expect(first).toBeLessThanOrEqual(start.limit)
    },
  )

  test.each(['index.js', 'upload.js', 'form.js'])(
    'with %s, an app may leave out the advice',
    (entry) => {
      rmSync(file('miniprogram_dist/advice.js'))
      try {
        const { CosError } = loadModule<{ CosError: new (init: object) => Error }>(
          file(`miniprogram_dist/${entry}`),
          { wx: undefined },
        )
        const error = new CosError({ kind: 'abort', code: 'a', message: 'b' })
        expect(error).toMatchObject({ advice: { en: 'b', zh: 'b' } })
      } finally {
        copyFileSync(
          join(ROOT, 'packages/client/miniprogram_dist/advice.js'),
          file('miniprogram_dist/advice.js'),
        )
      }
    },
  )

  test('includes the licence notices of exactly the code it contains', () => {
    const { sources } = JSON.parse(text('dist/miniprogram-cos.js.map')) as { sources: string[] }
    const foreign = sources.flatMap(
      (source) => source.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [],
    )
    const named = text('LICENSE').match(/(?<=parts of )[\w-]+/g) ?? []
    expect(named).toEqual([...new Set(foreign)])
  })
})

describe('checked by independent tools, the package', () => {
  test.each([
    ['publint', join(ROOT, 'node_modules/publint/src/cli.js'), ['--strict']],
    ['attw', join(ROOT, 'node_modules/@arethetypeswrong/cli/dist/index.js'), []],
  ])('passes %s', (_, command, options) => {
    // Fails by its exit code; what it printed is then part of the error.
    execFileSync(process.execPath, [command, ...options, packed.tarball], { stdio: 'pipe' })
  })
})

describe('loading the package', () => {
  const node = (...options: string[]) =>
    execFileSync(process.execPath, options, { cwd: packed.project, encoding: 'utf8' })

  test('require returns the constructor, with COS and default as properties', () => {
    const script = `
      const COS = require('miniprogram-cos')
      const { CosError, isCosError } = COS
      const error = new CosError({ kind: 'abort', code: 'a', message: 'b' })
      console.log(COS.COS === COS, COS.default === COS, isCosError(error), typeof new COS().putObject)`
    expect(node('-e', script)).toBe('true true true function\n')
  })

  test('import provides it as default and as COS', () => {
    const script = `
      import COS, { COS as Named, CosError, isCosError } from 'miniprogram-cos'
      const error = new CosError({ kind: 'abort', code: 'a', message: 'b' })
      console.log(COS === Named, isCosError(error), typeof new COS().putObject)`
    expect(node('--input-type=module', '-e', script)).toBe('true true function\n')
  })

  test('the upload-only client can be loaded alone, under the same name', () => {
    const script = `
      const COS = require('miniprogram-cos/upload')
      const cos = new COS()
      console.log(COS.COS === COS, typeof COS.cloud, typeof cos.uploadFile, typeof cos.getBucket)`
    expect(node('-e', script)).toBe('true function function undefined\n')
    const imported = "import COS from 'miniprogram-cos/upload'; console.log(typeof COS.cloud)"
    expect(node('--input-type=module', '-e', imported)).toBe('function\n')
  })

  test.each([...CLIENTS, ...UPLOADERS])('on a phone, %s is the constructor', (path) => {
    const COS = loadModule<Loaded>(file(path), { wx: undefined })
    expect(typeof COS).toBe('function')
    expect(COS.COS).toBe(COS)
    expect(COS.default).toBe(COS)
    expect(typeof COS.CosError).toBe('function')
    expect(COS.version).toBe(JSON.parse(text('package.json')).version)
    expect(new COS()).toBeInstanceOf(COS)
  })
})

/**
 * Every global that a CommonJS source accesses while it loads, `typeof` included. The realm has no globals of
 * Node or a browser, and `eval` is disabled.
 */
function namesTouched(source: string, require?: (name: string) => unknown): string[] {
  const touched = new Set<string>()
  const surroundings = new Proxy(
    {},
    {
      has(_, name) {
        if (typeof name === 'string') touched.add(name)
        return false
      },
    },
  )
  const realm = createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const wrapper = `(function () {
    with (arguments[0]) return function (require, module, exports) {${source}\n}
  })`
  const load = runInContext(wrapper, realm)(surroundings)
  touched.delete('arguments')
  const module = { exports: {} }
  load(require, module, module.exports)
  return [...touched].sort()
}

describe.each(SCRIPTS)('%s', (path) => {
  test('loads without eval, and uses only ES2018 globals', () => {
    // Files that an entry requires are tested separately.
    const touched = namesTouched(asScript(path), createRequire(file(path)))
    expect(touched.filter((name) => !STANDARD.has(name))).toEqual([])
  })

  test('parses as ES2018, without the features that phones lack', () => {
    const found: string[] = []
    // Newer syntax, BigInt literals among it, is an error.
    for (const token of tokensOf(path)) {
      if (token.type === tokTypes.regexp) {
        const { pattern, flags } = (token as unknown as { value: RegexSource }).value
        if (/\(\?<|\\p\{/.test(pattern) || flags.includes('s')) found.push(`/${pattern}/${flags}`)
      } else if (token.type === tokTypes.name) {
        const { value } = token as unknown as { value: string }
        if (LACKING.has(value)) found.push(value)
      }
    }
    expect(found).toEqual([])
  })

  test('contains no path of the build machine', () => {
    expect(text(path)).not.toContain(ROOT)
    expect(text(path)).not.toMatch(/\/(?:work|tmp|home|Users)\//)
  })
})

test('namesTouched finds globals that are accessed while loading, typeof included', () => {
  const source = 'typeof wx; [].map(() => console); exports.later = () => document'
  expect(namesTouched(source)).toEqual(['wx'])
  expect(namesTouched('[1].map(() => console)')).toEqual(['console'])
  expect(() => namesTouched('(() => {}).constructor("return 1")')).toThrow('Code generation')
})

test('the source map of the single-file client maps to the sources', () => {
  const script = text('dist/miniprogram-cos.js')
  expect(script.trimEnd()).toMatch(/\n\/\/# sourceMappingURL=miniprogram-cos\.js\.map$/)
  const payload = JSON.parse(text('dist/miniprogram-cos.js.map'))
  for (const source of payload.sources) expect(source).toMatch(/^(?:\.\.\/)+(?!\.)/)
  expect(payload.sourcesContent).toHaveLength(payload.sources.length)
  expect(JSON.stringify(payload)).not.toContain(ROOT)
  const lines = script.slice(0, script.indexOf('needs COS.cloud or COS.http')).split('\n')
  const entry = new SourceMap(payload).findEntry(lines.length - 1, (lines.at(-1) as string).length)
  expect(entry).toMatchObject({ originalSource: '../src/uploadClient.ts' })
})

interface RegexSource {
  pattern: string
  flags: string
}

/** eval, features newer than ES2018, and ES2018 features that phones lack. */
const LACKING = new Set([
  ...['eval', 'Function', 'globalThis', 'TextDecoder', 'TextEncoder', 'URL', 'fetch', 'BigInt'],
  ...[
    'replaceAll',
    'matchAll',
    'flat',
    'flatMap',
    'fromEntries',
    'trimStart',
    'trimEnd',
    'allSettled',
  ],
  ...['structuredClone', 'WeakRef', 'Proxy', 'Atomics', 'SharedArrayBuffer'],
])

/** ES2018 globals that every phone has. */
const STANDARD = new Set([
  ...['undefined', 'NaN', 'Infinity', 'isNaN', 'isFinite', 'parseInt', 'parseFloat'],
  ...['encodeURIComponent', 'decodeURIComponent', 'JSON', 'Math', 'Date', 'RegExp', 'Promise'],
  ...[
    'Object',
    'Array',
    'String',
    'Number',
    'Boolean',
    'Symbol',
    'Map',
    'Set',
    'WeakMap',
    'WeakSet',
  ],
  ...['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ArrayBuffer', 'DataView'],
  ...['Uint8Array', 'Int8Array', 'Uint16Array', 'Uint32Array', 'Int32Array', 'Uint8ClampedArray'],
])

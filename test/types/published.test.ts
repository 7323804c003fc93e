import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { operations } from '@miniprogram-cos/protocol'
import { type PackedClient, packClient } from '../support/localRegistry'
import { readProject, writeProject } from '../support/projectFiles'
import { ROOT } from '../support/root'

let packed: PackedClient

beforeAll(() => {
  packed = packClient()
  cpSync(join(__dirname, 'consumer'), packed.project, { recursive: true })
  writeProject(readProject('test/types/importForms.txtar'), packed.project)
})

afterAll(() => rmSync(packed.project, { recursive: true, force: true }))

/** Compilers that users have: the repository's own, and those of its tools. */
const COMPILERS = {
  'TypeScript 7': join(ROOT, 'node_modules/typescript/bin/tsc'),
  'TypeScript 6': join(ROOT, 'scripts/node_modules/typescript/bin/tsc'),
}
const TYPESCRIPT_5 = createRequire(
  createRequire(require.resolve('@arethetypeswrong/cli/package.json')).resolve(
    '@arethetypeswrong/core/package.json',
  ),
).resolve('typescript/bin/tsc')

/** Type errors of a consumer, which checks the declarations themselves, too. */
function check(compiler: string, files: string[], options: object): string {
  const config = join(packed.project, 'tsconfig.json')
  const compilerOptions = {
    noEmit: true,
    strict: true,
    skipLibCheck: false,
    // TypeScript's own declarations.
    skipDefaultLibCheck: true,
    lib: ['ES2018'],
    types: [],
    ...options,
  }
  writeFileSync(config, JSON.stringify({ compilerOptions, files }))
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '-p', config], {
    encoding: 'utf8',
  })
  return stdout + stderr
}

const NODE = { module: 'node16', moduleResolution: 'node16' }
const USAGE = ['usage.ts', 'refused.ts']
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' }

describe.each(Object.entries(COMPILERS))('%s, declarations checked', (_, compiler) =>
  testConsumers(compiler),
)

describe('TypeScript 5, declarations checked', () => {
  testConsumers(TYPESCRIPT_5)

  test('compiles to ES5 with the old module resolution and without interop', () => {
    const options = { module: 'commonjs', moduleResolution: 'node', target: 'es5' }
    const files = ['usage.ts', 'importEquals.cts', 'namedImport.cts']
    expect(check(TYPESCRIPT_5, files, options)).toBe('')
  })
})

function testConsumers(compiler: string) {
  test('Node: ES modules, CommonJS modules and a checked script import it, by every form of import', () => {
    const modules = ['esModule.mts', 'uploadOnly.mts', 'importEquals.cts', 'namedImport.cts']
    // Node's `require` is declared nowhere: TypeScript knows it in checked scripts.
    const options = { ...NODE, esModuleInterop: true, allowJs: true, checkJs: true }
    expect(check(compiler, [...modules, 'required.cjs', ...USAGE], options)).toBe('')
  })

  test('a bundler accepts the same, valid usage, and rejects invalid usage', () => {
    expect(check(compiler, ['esModule.mts', 'uploadOnly.mts', ...USAGE], BUNDLER)).toBe('')
  })
}

test("works with and without WeChat's own typings", () => {
  const typings = join(packed.project, 'node_modules/miniprogram-api-typings')
  symlinkSync(join(ROOT, 'node_modules/miniprogram-api-typings'), typings)
  const options = { ...BUNDLER, types: ['miniprogram-api-typings'] }
  expect(check(COMPILERS['TypeScript 7'], ['wechat.ts', 'usage.ts'], options)).toBe('')
})

describe('the declarations', () => {
  const text = () => readFileSync(join(packed.folder, 'dist/index.d.ts'), 'utf8')

  test('import nothing and contain no path of the build machine', () => {
    expect(text()).not.toMatch(/\bimport\b.*['"]|<reference|@miniprogram-cos|\/tmp\/|\/work\//)
  })

  test('document every method', () => {
    const bodyOf = (name: string) =>
      text().match(new RegExp(`^(?:declare )?${name} \\{\\n([\\s\\S]*?)^\\}`, 'm'))?.[1] ?? ''
    const rows = bodyOf('interface OperationMethods')
    const methods = [...rows.matchAll(/^ {4}(\w+): Method</gm)].map(([, name]) => name)
    expect(methods.length).toBeGreaterThan(70)
    expect(methods.sort()).toEqual(Object.keys(operations).sort())
    expect(rows.match(/\*\/\n {4}\w+: Method</g)).toHaveLength(methods.length)

    // An overload is documented by the first of its name.
    const classes = bodyOf('class COS extends UploadCOS') + bodyOf('class UploadCOS')
    const own = classes.matchAll(/(\*\/\n)? {4}((?:static )?\w+)\(/g)
    const names = new Map<string, boolean>()
    for (const [, comment, name = ''] of own) {
      if (!names.has(name)) names.set(name, comment !== undefined)
    }
    expect(names.size).toBeGreaterThan(19)
    expect([...names].filter(([, isDocumented]) => !isDocumented)).toEqual([])
  })
})

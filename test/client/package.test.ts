import { readFileSync, statSync } from 'node:fs'
import { loadModule } from '@miniprogram-cos/simulator'
import { build } from 'esbuild'
import manifest from '../../packages/client/package.json'
import { CLIENT_FILE } from '../support/phones'

test('require gives the constructor itself, which also has its own name and default', () => {
  type Loaded = {
    new (): object
    COS: unknown
    default: unknown
    CosError: unknown
    version: string
  }
  const COS = loadModule<Loaded>(CLIENT_FILE, { wx: undefined })
  expect(typeof COS).toBe('function')
  expect(COS.COS).toBe(COS)
  expect(COS.default).toBe(COS)
  expect(typeof COS.CosError).toBe('function')
  expect(COS.version).toBe(manifest.version)
})

test('loading touches neither wx nor any other global', () => {
  const touched: string[] = []
  const trap = new Proxy(
    {},
    {
      get(_, name) {
        touched.push(String(name))
        return undefined
      },
    },
  )
  loadModule(CLIENT_FILE, { wx: trap })
  expect(touched).toEqual([])
})

test('is one ES2018 file without dependencies', async () => {
  const source = readFileSync(CLIENT_FILE, 'utf8')
  // esbuild reports syntax newer than its target when it may not change it.
  const { outputFiles, warnings } = await build({
    stdin: { contents: source },
    target: 'es2018',
    write: false,
  })
  expect(warnings).toEqual([])
  expect(outputFiles?.length).toBe(1)
  for (const newer of [
    /\?\?=?/,
    /[\w\])]\?\.[a-zA-Z([]/,
    /\b\d+n\b/,
    /catch\s*\{/,
    /\(\?<[=!]/,
    /#\w+\s*[=(]/,
  ]) {
    expect(source.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""').match(newer)).toBeNull()
  }
  expect(source).not.toMatch(/\brequire\(/)
  expect('dependencies' in manifest).toBe(false)
})

test('takes less than a third of what the official client takes', () => {
  // 247 KB as WeChat packs cos-wx-sdk-v5 1.8.0. Raw bytes count there, not compressed ones.
  expect(statSync(CLIENT_FILE).size).toBeLessThan((247 * 1024) / 3)
})

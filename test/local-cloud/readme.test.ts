import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import { operations } from '@miniprogram-cos/protocol'
import NodeSdk from 'cos-nodejs-sdk-v5'
import { transformSync } from 'esbuild'
import { describeGaps, gapsAsMarkdown } from '../../packages/local-cloud/src/cos/operations/index'
import { codeBlocks } from '../support/documents'
import { ROOT } from '../support/root'

const readme = readFileSync(join(ROOT, 'packages/local-cloud/README.md'), 'utf8')

test('the README’s list of gaps is that of the tables the local COS runs on', () => {
  const shown = /<!-- gaps -->\n([\s\S]*?)\n<!-- \/gaps -->/.exec(readme)?.[1]
  expect(shown?.trim()).toBe(gapsAsMarkdown())
})

test('implements every operation of the protocol’s table', () => {
  const { imitated } = describeGaps()
  expect(Object.keys(operations).filter((name) => !imitated.includes(name))).toEqual([])
})

// The test of the README runs here.
const shown = codeBlocks('packages/local-cloud/README.md').find(({ code }) =>
  code.includes("test('an upload survives a lost answer'"),
)
const { code } = transformSync(shown?.code ?? 'throw new Error("not there")', {
  loader: 'ts',
  format: 'cjs',
})
const modules: Record<string, unknown> = {
  '@miniprogram-cos/local-cloud': { startLocalCloud },
  'cos-nodejs-sdk-v5': NodeSdk,
}
new Function('require', 'module', code)((name: string) => modules[name], { exports: {} })

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import { type AnyOperation, operations, RESERVED_SUBRESOURCES } from '@miniprogram-cos/protocol'
import NodeSdk from 'cos-nodejs-sdk-v5'
import { transformSync } from 'esbuild'
import { NOT_IMITATED } from '../../packages/local-cloud/src/cos/operations/objectHeaders'
import { handlers } from '../../packages/local-cloud/src/cos/operations/router'
import { codeBlocks } from '../support/documents'
import { ROOT } from '../support/root'

const readme = readFileSync(join(ROOT, 'packages/local-cloud/README.md'), 'utf8')

test('the README lists the operations, and the sub-resources and headers that are refused', () => {
  const listed = (names: Iterable<string>) => [...names].map((name) => `\`${name}\``).join(', ')
  const served = new Set<string | undefined>(
    Object.values(operations).flatMap(({ needs = [], subresource }: AnyOperation) => [
      ...needs,
      subresource,
    ]),
  )
  const imageOperations = ['image_process']
  const refused = [...RESERVED_SUBRESOURCES].filter(
    (name) => !served.has(name) && !imageOperations.includes(name),
  )
  const names = Object.keys(operations)
  expect(readme).toContain(`**Imitated (${names.length} operations):** ${listed(names)}.`)
  expect(readme).toContain(`the sub-resources ${listed(refused.sort())};`)
  expect(readme).toContain(`the headers ${listed([...NOT_IMITATED].sort())};`)
})

test('implements every operation of the protocol’s table', () => {
  expect(Object.keys(operations).filter((name) => !(name in handlers))).toEqual([])
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

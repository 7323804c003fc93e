import { readdirSync, readFileSync } from 'node:fs'
import type { OperationName } from '@miniprogram-cos/protocol'
import { at } from '../../build/root'
import { bucketExamples } from './bucketExamples'
import { clientExamples } from './clientExamples'
import { inventoryExamples } from './inventoryExamples'
import { multipartExamples } from './multipartExamples'
import { objectExamples } from './objectExamples'
import { settingExamples } from './settingExamples'
import type { Examples } from './world'

/** Pages of the reference, and the operations on each in their order. */
export const EXAMPLES_BY_PAGE = {
  objects: objectExamples,
  multipart: multipartExamples,
  buckets: bucketExamples,
  settings: settingExamples,
  inventory: inventoryExamples,
}

/** An example for every operation: the compiler misses one that is not there. */
const EXAMPLES: Examples<OperationName> = {
  ...objectExamples,
  ...multipartExamples,
  ...bucketExamples,
  ...settingExamples,
  ...inventoryExamples,
}

const EXAMPLE = /^ {2}async (\w+)\(.*\) \{\n([\s\S]*?)^ {2}\},$/gm

/** Those of the client's other methods too. */
export const ALL_EXAMPLES = { ...clientExamples, ...EXAMPLES }

/** The body of each example as it is written. */
export function readExampleTexts(): Map<string, string> {
  const folder = 'scripts/apiReference/examples'
  const sources = readdirSync(at(folder)).map((name) => readFileSync(at(folder, name), 'utf8'))
  const found = [...sources.join('\n').matchAll(EXAMPLE)]
  return new Map(
    found.map(([, name = '', body = '']) => [name, body.replace(/^ {4}/gm, '').trimEnd()]),
  )
}

import { rm } from 'node:fs/promises'
import { buildPart } from './buildPart'
import { at } from './root'

/** Builds what tests run as built files, once for all of them. */
export default async function buildOnce(): Promise<void> {
  await Promise.all([buildPart('code'), buildPart('client-types').catch(withoutTypes)])
}

/** A type error fails the tests of what is published, which then lacks its declarations, and no others. */
async function withoutTypes(error: Error): Promise<void> {
  process.stderr.write(`${error.message}\n`)
  await rm(at('packages/client/dist/index.d.ts'), { force: true })
}

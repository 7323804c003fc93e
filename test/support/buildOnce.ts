import { rm } from 'node:fs/promises'
import { buildAll } from '../../scripts/build'
import { buildClientTypes } from '../../scripts/build/clientTypes'
import { at } from './root'

export default async function buildOnce(): Promise<void> {
  await Promise.all([buildAll(), buildClientTypes().catch(withoutTypes)])
}

/** A type error fails the tests of what is published, which then lacks its declarations, and no others. */
async function withoutTypes(error: Error): Promise<void> {
  process.stderr.write(`${error.message}\n`)
  await rm(at('packages/client/dist/index.d.ts'), { force: true })
}

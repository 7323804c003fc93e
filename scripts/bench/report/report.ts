import { readFile } from 'node:fs/promises'
import { writeWhole } from '../../../packages/cli/src/functions/buildFunctions'
import { at } from '../../build/root'
import type { BenchRecord } from '../record'
import { benchmarksDocument } from './benchmarksDocument'
import { charts } from './charts'
import type { Language } from './language'
import { fillMarked } from './markedTexts'
import { readmeTexts } from './readmeTexts'

/** The documents that quote figures. */
export const QUOTING: Record<string, Language> = {
  'README.md': 'en',
  'README.zh-CN.md': 'zh',
  'packages/client/README.md': 'en',
}

/** What a record makes of the repository's files: their paths and texts. */
export async function report(record: BenchRecord): Promise<Record<string, string>> {
  const files: Record<string, string> = { 'docs/BENCHMARKS.md': benchmarksDocument(record) }
  for (const [name, svg] of Object.entries(charts(record))) files[`docs/bench/${name}`] = svg
  for (const [path, language] of Object.entries(QUOTING)) {
    const document = await readFile(at(path), 'utf8')
    files[path] = fillMarked(document, readmeTexts(record, language))
  }
  return files
}

export async function writeReport(record: BenchRecord): Promise<void> {
  for (const [path, text] of Object.entries(await report(record))) await writeWhole(at(path), text)
}

import { execFileSync } from 'node:child_process'
import { writeWhole } from '../packages/cli/src/deploy/bundle'
import type { Language } from '../packages/cli/src/text'
import { loadSuites, readRecord, reportFiles } from './bench/report'
import { buildPackages } from './build'
import { at } from './build/root'
import { errorsDocument, troubleshootingDocument } from './docs/errorPages'
import { licencesDocument } from './docs/licences'
import { inLanguage } from './docs/markdown'

/** Folders of the reference. Git ignores the Chinese one: it differs from the other only in headings, and is made anew. */
const FOLDERS: Record<Language, string> = { en: 'docs/api', zh: 'docs/api.zh-CN' }

/**
 * Writes the API reference of the client from its built declarations. Comments are English in both languages.
 * @param folder @default `docs/api`, or `docs/api.zh-CN`
 */
export function writeApiReference(language: Language, folder = at(FOLDERS[language])): void {
  const typedoc = at('scripts/node_modules/typedoc/bin/typedoc')
  const readme = inLanguage('apiIntroduction.md', language)
  const options = ['--lang', language, '--readme', readme, '--out', folder]
  execFileSync(process.execPath, [typedoc, '--logLevel', 'Warn', ...options], {
    cwd: at('scripts/docs'),
    stdio: 'inherit',
  })
}

/**
 * Writes every generated document, builds the documentation site into docs/dist, and serves it; with `--build` it does not
 * serve. CI runs it and expects no difference.
 */
async function main(): Promise<void> {
  await buildPackages()
  for (const language of ['en', 'zh'] as const) {
    writeApiReference(language)
    const file = (name: string) => at('docs', inLanguage(name, language))
    await writeWhole(file('ERRORS.md'), errorsDocument(language))
    await writeWhole(file('TROUBLESHOOTING.md'), troubleshootingDocument(language))
  }
  await writeWhole(at('docs/LICENCES.md'), await licencesDocument())
  for (const [path, text] of Object.entries(reportFiles(readRecord(), await loadSuites()))) {
    await writeWhole(at(path), text)
  }
  const { build, serve } = await import('vitepress')
  await build(at('docs'))
  if (!process.argv.includes('--build')) await serve({ root: at('docs'), port: 4173 })
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}

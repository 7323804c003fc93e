import { writeWhole } from '../packages/cli/src/deploy/bundle'
import { buildPackages } from './build'
import { at } from './build/root'
import { writeApiReference } from './docs/apiReference'
import { errorsDocument } from './docs/errors'
import { licencesDocument } from './docs/licences'
import { inLanguage } from './docs/markdown'
import { troubleshootingDocument } from './docs/troubleshooting'

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
  // The suites load what is built.
  const { SUITES } = await import('./bench/suites')
  const { readRecord, reportFiles } = await import('./bench/report')
  for (const [path, text] of Object.entries(reportFiles(readRecord(), Object.values(SUITES)))) {
    await writeWhole(at(path), text)
  }
  const { build, serve } = await import('vitepress')
  await build(at('docs'))
  if (!process.argv.includes('--build')) await serve({ root: at('docs'), port: 4173 })
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

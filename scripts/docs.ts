import { execFileSync } from 'node:child_process'
import { writeWhole } from '../packages/cli/src/functions/buildFunctions'
import { buildPackages } from './build'
import { at } from './build/root'
import { errorsDocument } from './docs/errors'
import { licencesDocument } from './docs/licences'
import { troubleshootingDocument } from './docs/troubleshooting'

/** Writes every generated document. CI runs it and expects no difference. */
async function main(): Promise<void> {
  await buildPackages()
  const typedoc = at('scripts/node_modules/typedoc/bin/typedoc')
  execFileSync(process.execPath, [typedoc, '--logLevel', 'Warn'], {
    cwd: at('scripts/docs'),
    stdio: 'inherit',
  })
  await writeWhole(at('docs/ERRORS.md'), errorsDocument())
  await writeWhole(at('TROUBLESHOOTING.md'), troubleshootingDocument())
  await writeWhole(at('docs/LICENCES.md'), await licencesDocument())
  // The suites load what is built.
  const { SUITES } = await import('./bench/suites')
  const { readRecord, reportFiles } = await import('./bench/report')
  for (const [path, text] of Object.entries(reportFiles(readRecord(), Object.values(SUITES)))) {
    await writeWhole(at(path), text)
  }
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

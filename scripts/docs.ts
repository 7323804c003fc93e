import { execFileSync } from 'node:child_process'
import { buildClientTypes } from './build/clientTypes'
import { at } from './build/root'
import { writeWhole } from './build/writeWhole'
import { errorsDocument } from './docs/errors'
import { licencesDocument } from './docs/licences'
import { troubleshootingDocument } from './docs/troubleshooting'

/** Writes every generated document. CI runs it and expects no difference. */
async function main(): Promise<void> {
  await buildClientTypes()
  execFileSync('npm', ['run', '-s', 'build', '--workspace', 'docs'], {
    cwd: at(),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  await writeWhole(at('docs/ERRORS.md'), errorsDocument())
  await writeWhole(at('TROUBLESHOOTING.md'), troubleshootingDocument())
  await writeWhole(at('docs/LICENCES.md'), await licencesDocument())
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

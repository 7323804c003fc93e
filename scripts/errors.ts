import { writeWhole } from './build/writeWhole'
import { ERRORS, errorTable } from './errorTable'
import { TROUBLESHOOTING, troubleshooting } from './troubleshooting'

/** Makes the documents about errors from the data that errors and commands use. */
async function main(): Promise<void> {
  await writeWhole(ERRORS, errorTable())
  await writeWhole(TROUBLESHOOTING, troubleshooting())
}

main().catch((error: Error) => {
  console.error(error.message)
  process.exitCode = 1
})

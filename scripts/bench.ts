import { cpus } from 'node:os'
import { asTable, type Row } from './bench/table'
import { buildAll } from './build'

/** What can be measured: each side by side with its peer, in one run. */
const BENCHES: Record<string, () => Promise<Row[]>> = {
  // Loaded once everything is built: they use what is built.
  client: async () => (await import('./bench/client')).benchClient(),
  'local-cos': async () => (await import('./bench/localCos')).benchLocalCos(),
  'cloud-functions': async () => (await import('./bench/cloudFunctions')).benchCloudFunctions(),
}

async function main(): Promise<void> {
  const names = process.argv.slice(2)
  const unknown = names.find((name) => !(name in BENCHES))
  if (unknown)
    throw new Error(`no bench "${unknown}"; there are ${Object.keys(BENCHES).join(', ')}`)
  await buildAll()
  console.log(
    `Node ${process.version}, ${cpus().length} cores; medians, what was measured beside what is meant\n`,
  )
  for (const [name, run] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue
    console.log(`${name}\n\n${asTable(await run())}\n`)
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})

import { cpus } from 'node:os'
import { benchLocalCos } from './bench/localCos'
import { asTable, type Row } from './bench/table'
import { buildAll } from './build'

/** What can be measured: each side by side with its peer, in one run. */
const BENCHES: Record<string, () => Promise<Row[]>> = { 'local-cos': benchLocalCos }

async function main(): Promise<void> {
  const names = process.argv.slice(2)
  const unknown = names.find((name) => !(name in BENCHES))
  if (unknown)
    throw new Error(`no bench "${unknown}"; there are ${Object.keys(BENCHES).join(', ')}`)
  await buildAll()
  console.log(`Node ${process.version}, ${cpus().length} cores; ratios above 1 are faster\n`)
  for (const [name, run] of Object.entries(BENCHES)) {
    if (names.length > 0 && !names.includes(name)) continue
    console.log(`${name}\n\n${asTable(await run())}\n`)
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})

import { parseArgs } from 'node:util'
import { writeWhole } from '../packages/cli/src/functions/buildFunctions'
import { hasWechatTools, installWechatTools } from '../packages/cli/src/wechat/miniprogramCi'
import { CATALOGUE, FIGURE_IDS, type SectionName } from './bench/catalogue'
import { describeEnvironment } from './bench/environment'
import type { Values } from './bench/figure'
import { figureTable } from './bench/figureTable'
import { type BenchRecord, RECORDED, readRecord, recordText, sectionFigures } from './bench/record'
import { writeReport } from './bench/report/report'
import { buildAll } from './build'

const USAGE = `npm run bench -- [${Object.keys(CATALOGUE).join(' | ')} ...] [options]
  Measures everything, or what is named, each side by side with its peer. Six minutes on two cores.
  --json FILE   writes every round to a file
  --record      measures everything, and writes docs/bench, docs/BENCHMARKS.md and the figures of the READMEs
  --report      writes these of the run that is recorded, without measuring`

/** Loaded once everything is built: they use what is built. */
const BENCHES: Record<SectionName, () => Promise<Record<string, Values | undefined>>> = {
  size: async () => (await import('./bench/size/size')).benchSize(),
  client: async () => (await import('./bench/client/client')).benchClient(),
  keys: async () => (await import('./bench/networks/keyCalls')).benchKeyCalls(),
  networks: async () => (await import('./bench/networks/networks')).benchNetworks(),
  'cloud-functions': async () =>
    (await import('./bench/cloudFunctions/cloudFunctions')).benchCloudFunctions(),
  'local-cos': async () => (await import('./bench/localCos/localCos')).benchLocalCos(),
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      json: { type: 'string' },
      record: { type: 'boolean' },
      report: { type: 'boolean' },
    },
  })
  if (values.help) return console.log(USAGE)
  if (values.report) return writeReport(readRecord())
  const unknown = positionals.find((name) => !(name in CATALOGUE))
  if (unknown) throw new Error(`there is no bench "${unknown}"\n${USAGE}`)
  if (values.record && positionals.length > 0) throw new Error('--record takes all of one run')
  if (values.record) installWechatTools()
  const names = Object.keys(CATALOGUE) as SectionName[]
  const record = await measure(
    names.filter((name) => positionals.length === 0 || positionals.includes(name)),
  )
  if (values.json) await writeWhole(values.json, recordText(record))
  if (!values.record) return
  const missing = FIGURE_IDS.filter((id) => !record.figures[id])
  if (missing.length > 0) throw new Error(`not recorded, for want of ${missing.join(', ')}`)
  await writeWhole(RECORDED, recordText(record))
  // Of what is recorded, to the digit: a test compares them.
  await writeReport(readRecord())
}

async function measure(names: SectionName[]): Promise<BenchRecord> {
  const started = performance.now()
  const record: BenchRecord = { ...describeEnvironment(), minutes: 0, figures: {} }
  await buildAll()
  console.log(`Node ${record.node}, ${record.cpus} CPUs, load ${record.load.toFixed(1)}\n`)
  for (const name of names) {
    const measured = await BENCHES[name]()
    for (const [id, values] of Object.entries(measured)) if (values) record.figures[id] = values
    console.log(
      `${CATALOGUE[name].title} (${name})\n\n${figureTable(sectionFigures(name, record))}`,
    )
    const missing = Object.keys(measured).filter((id) => !measured[id])
    if (missing.length > 0) console.log(`Not measured: ${missing.join(', ')}. ${whyMissing(name)}`)
    console.log()
  }
  record.minutes = (performance.now() - started) / 60_000
  console.log(`${record.minutes.toFixed(1)} minutes`)
  return record
}

function whyMissing(name: SectionName): string {
  if (name === 'size' && !hasWechatTools()) {
    return "WeChat's own tools are not installed: npm run check:wechat"
  }
  return 'No control group can be made here.'
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})

import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { writeWhole } from '../packages/cli/src/deploy/bundle'
import { installWechatTools } from '../packages/cli/src/wechat/miniprogramCi'
import type { BenchRecord } from './bench/figure'
import {
  figureTable,
  loadSuites,
  measuredFigures,
  RECORDED,
  recordText,
  reportFiles,
  SUITE_NAMES,
} from './bench/report'
import { buildAll } from './build'
import { at } from './build/root'

const PEERS = ['cos-wx-sdk-v5', 'wx-server-sdk', 'tencentcloud-sdk-nodejs-sts', 'qcloud-cos-sts']

const USAGE = `npm run bench -- [${SUITE_NAMES.join(' | ')} ...] [options]
  Measures everything, or the named suites, each in turns with its peer. Six minutes on two cores.
  --json FILE   writes every round to a file
  --record      measures everything, and writes docs/bench, docs/BENCHMARKS.md and the charts of the READMEs`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, json: { type: 'string' }, record: { type: 'boolean' } },
  })
  if (values.help) return console.log(USAGE)
  const unknown = positionals.find((name) => !SUITE_NAMES.includes(name))
  if (unknown) throw new Error(`there is no benchmark "${unknown}"\n${USAGE}`)
  if (values.record && positionals.length > 0) throw new Error('--record measures everything')
  if (values.record) installWechatTools()
  const record = await measure(positionals.length > 0 ? positionals : SUITE_NAMES)
  if (values.json) await writeWhole(values.json, recordText(record))
  if (!values.record) return
  const suites = await loadSuites()
  const missing = suites
    .flatMap(({ figures }) => Object.keys(figures))
    .filter((id) => !record.figures[id])
  if (missing.length > 0) throw new Error(`not recorded, these are missing: ${missing.join(', ')}`)
  await writeWhole(RECORDED, recordText(record))
  for (const [path, text] of Object.entries(reportFiles(record, suites))) {
    await writeWhole(at(path), text)
  }
}

async function measure(names: string[]): Promise<BenchRecord> {
  const started = performance.now()
  const record: BenchRecord = { ...describeEnvironment(), minutes: 0, figures: {} }
  console.log(`Node ${record.node}, ${record.cpus} CPUs, load ${record.load.toFixed(1)}\n`)
  await buildAll()
  for (const suite of await loadSuites(names)) {
    const measured = await suite.run()
    for (const [id, rounds] of Object.entries(measured)) if (rounds) record.figures[id] = rounds
    console.log(`${suite.title.en}\n\n${figureTable(measuredFigures(suite, record))}\n`)
    const missing = Object.keys(measured).filter((id) => !measured[id])
    if (missing.length > 0)
      console.log(`Not measured: ${missing.join(', ')}: ${suite.missingReason}\n`)
  }
  record.minutes = (performance.now() - started) / 60_000
  console.log(`${record.minutes.toFixed(1)} minutes`)
  return record
}

/** What a reader needs to judge a run, without naming the machine. */
function describeEnvironment(): Omit<BenchRecord, 'figures' | 'minutes'> {
  const manifest = (path: string) => JSON.parse(readFileSync(at(path, 'package.json'), 'utf8'))
  const versions = PEERS.map((name) => [name, manifest(`node_modules/${name}`).version])
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    load: loadavg()[0] ?? 0,
    peers: {
      ...Object.fromEntries(versions),
      'miniprogram-ci': manifest('tools/wechat').dependencies['miniprogram-ci'],
    },
  }
}

main().catch((error: Error) => {
  console.error(`bench: ${error.message}`)
  process.exit(1)
})

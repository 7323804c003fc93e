import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Preview } from '@miniprogram-cos/simulator/preview'
import { config } from '../cos.config'
import { onLauncherExit } from '../packages/local-cloud/src/command/launcher'
import { buildAll } from './build'
import { FUNCTIONS } from './build/functions'
import { BUCKET, deployedFunctions } from './localSettings'
import { tellAdmin } from './runningClouds'
import { checkFiles, chooseFiles } from './start/files'
import { runMainJob } from './start/mainJob'
import { openInBrowser } from './start/openInBrowser'
import { createPhone } from './start/phone'
import { activityOf, previewDemo } from './start/preview'
import { Printer } from './start/printer'
import { curlAt } from './start/urlReader'

const USAGE = `npm start -- [--once] [file …]
  Brings the local cloud up and runs the main job with your files, or with samples.
  Afterwards the demo app runs in a browser, on two phones with one bucket.
  --once         exit after the main job; status 0 only if every step held
  --port <port>  of the page with the two phones; any free one by default
  --no-open      only print its address; as it is where output is no terminal`

/** Example users: 28 characters, as WeChat makes them. */
const ALICE = { name: 'Alice', openid: 'oAlice-example-000000000001', language: 'zh_CN' }
const BOB = { name: 'Bob', openid: 'oBob-example-00000000000001', language: 'en' }
const USERS = [ALICE, BOB]

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      once: { type: 'boolean' },
      help: { type: 'boolean' },
      port: { type: 'string', default: '0' },
      'no-open': { type: 'boolean', default: process.stdout.isTTY !== true },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  checkFiles(positionals)
  const folder = await mkdtemp(join(tmpdir(), 'miniprogram-cos-'))
  let close = async () => {}
  const end = async (status: number) => {
    await close()
    await rm(folder, { recursive: true, force: true })
    process.exit(status)
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0))
  onLauncherExit(() => void end(0))
  const files = await chooseFiles(positionals, folder)
  await buildAll()
  const { LOCAL_ROOT_KEY, startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  let preview: Preview | undefined
  const cloud = await startLocalCloud({
    data: join(folder, 'data'),
    root: LOCAL_ROOT_KEY,
    buckets: [BUCKET],
    functions: deployedFunctions(),
    env: config.env,
    // Their log lines would stand between those of the main job.
    onFunctionOutput: () => {},
    onCosRequest: (entry) => preview?.tell(activityOf(entry, USERS)),
  })
  close = async () => {
    close = async () => {}
    await preview?.close()
    await cloud.close()
  }
  tellAdmin(cloud.admin)
  const printer = new Printer()
  let url = ''
  try {
    const phones = join(folder, 'phones')
    const alice = await createPhone(cloud, ALICE, phones)
    const bob = await createPhone(cloud, BOB, phones)
    url = await runMainJob(curlAt(cloud.cos), [alice, bob], files, printer)
  } catch (error) {
    printer.check(false, `the main job stopped: ${describe(error)}`)
  }
  printer.title(printer.failures === 0 ? 'Every step held.' : `${printer.failures} steps failed.`)
  if (values.once) return end(printer.failures === 0 ? 0 : 1)
  preview = await previewDemo(cloud, USERS, Number(values.port))
  printer.title('The demo app, in your browser')
  printer.line(`open       ${preview.url}   two phones, two users, one bucket`)
  if (!values['no-open']) openInBrowser(preview.url)
  printer.title('Still running (Ctrl+C ends it and removes its data)')
  if (url && files.length > 1) printer.line(`shared     curl -o ${files[0]?.name} '${url}'\n`)
  printer.line(`COS        ${cloud.cos}   bucket ${BUCKET.name}, region ${BUCKET.region}`)
  printer.line(`STS        ${cloud.sts}`)
  printer.line(`functions  ${cloud.functions}   POST /${FUNCTIONS.join(', /')}`)
  printer.line(`look       ${cloud.admin}   buckets, uploads and requests in a browser`)
  printer.line(`SecretId   ${LOCAL_ROOT_KEY.SecretId}`)
  printer.line(`SecretKey  ${LOCAL_ROOT_KEY.SecretKey}   (of the local cloud only)`)
}

function describe(error: unknown): string {
  const { message, advice } = error as { message?: string; advice?: { en: string } }
  return [message ?? String(error), advice?.en].filter(Boolean).join('\n    ')
}

main().catch((error: Error) => {
  console.error(`start: ${error.message}`)
  process.exit(2)
})

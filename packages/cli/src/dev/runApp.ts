import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { LocalCloud } from '@miniprogram-cos/local-cloud'
import type { CosConfig } from '@miniprogram-cos/server'
import type { Preview } from '@miniprogram-cos/simulator/preview'
import { buildFunctions, watchFunctions } from '../deploy/buildFunctions'
import { detect } from '../init/detect'
import { Printer } from '../output'
import {
  configFile,
  deployedFunctions,
  forProject,
  fromCaller,
  hasFunctionSources,
  loadConfig,
  projectRoot,
} from '../project'
import { explainPath, withRuleLine } from '../ruleSource'
import { signatureHints, signaturePaths } from '../signatureHints'
import { localizedError, readerLanguage, t } from '../text'
import { createPhone, curlCommand, localReader } from './clients'
import { activityOf, previewApp, type User } from './preview'
import { registerCloud } from './runningClouds'
import { chooseFiles, runScenario, type ScenarioFile } from './scenario'

/** The servers of `dev`, in the order of their ports. */
const SERVERS = ['COS', 'STS', 'functions', 'admin', 'preview'] as const

/** A port of each server; 0 for any free one. */
export interface DevPorts {
  cosPort: number
  stsPort: number
  functionsPort: number
  adminPort: number
  preview: number
}

/** Explains an error of starting: which port is in use, and what to do. */
function explainPort(error: Error & { code?: string; port?: number }, ports: DevPorts): Error {
  if (error.code !== 'EADDRINUSE' || error.port === undefined) return error
  const { port } = error
  const server = SERVERS[Object.values(ports).indexOf(port)] ?? ''
  const next = port >= 10_000 ? 20_000 : 10_000
  return localizedError(
    `port ${port} (${server}) is in use: end the program that uses it, or pass --ports ${next}`,
    `端口 ${port}（${server}）已被占用：请结束占用它的程序，或加 --ports ${next}`,
  )
}

/** Example users, with OPENIDs of 28 characters as WeChat issues them. */
const ALICE: User = { name: 'Alice', openid: 'oAlice-example-000000000001', language: 'zh_CN' }
const BOB: User = { name: 'Bob', openid: 'oBob-example-00000000000001', language: 'en' }
const USERS = [ALICE, BOB]

export interface RunAppOptions {
  config: CosConfig
  ports: DevPorts
  /** Folder of the data. @default a temporary one */
  data?: string
  /** The project whose pages are shown. @default the folder that DevTools opens in this one */
  app?: string
  /** Addresses of the app that other servers serve. */
  routes: Record<string, string>
  /** Collections of the CloudBase database to create. */
  collections: string[]
  /** Files with which the main scenario runs first; an empty list for samples. @default no main scenario */
  files?: string[]
  /** Ends after the main scenario. */
  once: boolean
  /** Opens the page in the browser, if output is a terminal. */
  opensBrowser: boolean
  /** Stops watching the process that launched this one. Called when the app's cloud watches it itself. */
  stopWatchingLauncher?: () => void
}

/** Runs an app with a local cloud and all of its cloud functions, until the process is terminated. */
export async function runApp(options: RunAppOptions): Promise<void> {
  const { config, ports } = options
  const temporary = await mkdtemp(join(tmpdir(), 'miniprogram-cos-'))
  let close = async () => {}
  const cleanUp = async () => {
    await close()
    await rm(temporary, { recursive: true, force: true })
  }
  const end = async (status: number) => {
    await cleanUp()
    process.exit(status)
  }
  const { LOCAL_ROOT_KEY, onLauncherExit, startLocalCloud } = await import(
    '@miniprogram-cos/local-cloud'
  )
  onLauncherExit(() => void end(0))
  options.stopWatchingLauncher?.()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0))
  const isForDevTools = options.app !== undefined || !hasFunctionSources()
  try {
    await buildFunctions()
    const files = options.files && (await chooseFiles(options.files, temporary))
    let preview: Preview | undefined
    // Log lines of functions would appear between those of the main scenario.
    let showsLog = files === undefined
    const { preview: pagePort, ...cloudPorts } = ports
    const data = options.data === undefined ? join(temporary, 'data') : fromCaller(options.data)
    const cloud = await startLocalCloud({
      data,
      root: LOCAL_ROOT_KEY,
      buckets: [{ name: config.bucket, region: config.region }],
      functions: deployedFunctions(),
      env: config.env,
      explainPath,
      collections: options.collections,
      // For DevTools, which looks up host names itself.
      ...(isForDevTools ? { hosts: { '127.0.0.1': config.bucket } } : {}),
      ...cloudPorts,
      onFunctionOutput(name, text) {
        if (showsLog) process.stdout.write(text.replace(/^(?=.)/gm, `[${name}] `))
      },
      onCosRequest: (entry) => preview?.tell(activityOf(entry, USERS)),
    })
    let stopWatching = () => {}
    close = async () => {
      close = async () => {}
      stopWatching()
      await preview?.close()
      await cloud.close()
    }
    if (existsSync(configFile())) registerCloud(cloud.admin)
    const job = files && (await runJob(cloud, config, files, join(temporary, 'phones')))
    if (options.once) return await end(job?.failures === 0 ? 0 : 1)
    showsLog = true
    const printer = new Printer()
    preview = await openPreview(cloud, options, pagePort, printer)
    printAddresses(printer, cloud, options, LOCAL_ROOT_KEY)
    const [shared] = files ?? []
    if (shared && job?.url) {
      printer.line(`shared     ${curlCommand(job.url, cloud.cos, shared.name)}`)
    }
    if (isForDevTools) printDevTools(printer, cloud, config)
    for (const note of signatureHints(config)) printer.line(note)
    stopWatching = watchFunctions({
      async onChange() {
        cloud.deployFunctions(deployedFunctions())
        printer.check(true, t('functions deployed again', '云函数已重新部署'))
        if (!existsSync(configFile())) return
        for (const note of signatureHints(await loadConfig())) printer.line(note)
      },
      onError: ({ message }) =>
        printer.check(false, forProject(withRuleLine(message.split('\n')[0] ?? ''))),
    })
    if (preview && options.opensBrowser && process.stdout.isTTY) openInBrowser(preview.url)
  } catch (error) {
    await cleanUp()
    throw explainPort(error as Error, ports)
  }
}

/** Runs the main scenario. @returns the number of failed steps, and a signed URL of a file that is kept */
async function runJob(
  cloud: LocalCloud,
  config: CosConfig,
  files: ScenarioFile[],
  folder: string,
): Promise<{ failures: number; url: string }> {
  const printer = new Printer()
  let url = ''
  try {
    const alice = await createPhone(cloud, ALICE, folder, config)
    const bob = await createPhone(cloud, BOB, folder, config)
    const reader = localReader(cloud.cos, signaturePaths(config).length > 0)
    url = await runScenario(reader, [alice, bob], files, printer)
  } catch (error) {
    const { message, advice } = error as { message?: string; advice?: Record<string, string> }
    const reason = [message ?? String(error), advice?.[readerLanguage()]].filter(Boolean)
    printer.check(
      false,
      t(
        `the main scenario stopped: ${reason.join('\n    ')}`,
        `运行中止：${reason.join('\n    ')}`,
      ),
    )
  }
  const { failures } = printer
  printer.title(
    failures === 0
      ? t('All steps passed.', '全部步骤通过。')
      : t(`${failures} steps failed.`, `${failures} 个步骤失败。`),
  )
  return { failures, url: files.length > 1 ? url : '' }
}

/** Shows the app on simulated phones, if the folder of DevTools has an app. */
async function openPreview(
  cloud: LocalCloud,
  { config, routes, app }: RunAppOptions,
  port: number,
  printer: Printer,
): Promise<Preview | undefined> {
  const { framework, miniprogramRoot } =
    app === undefined ? detect(projectRoot()) : { framework: '', miniprogramRoot: '' }
  if (app === undefined && !existsSync(join(projectRoot(), miniprogramRoot, 'app.json'))) {
    const folder = miniprogramRoot || '.'
    printer.title(t('No preview', '无预览'))
    printer.line(
      t(
        `${folder} has no app.json: build the ${framework} app, then run dev again`,
        `${folder} 中没有 app.json：请先构建 ${framework} 应用，再执行 dev`,
      ),
    )
    return undefined
  }
  const root = app ?? join(projectRoot(), miniprogramRoot)
  const project = app ?? projectRoot()
  const preview = await previewApp(root, cloud, USERS, config, { port, routes, project })
  printer.title(t('Your app, in your browser', '你的小程序（浏览器）'))
  const phones = t('two phones, two users, one bucket', '两部手机、两个用户、一个存储桶')
  printer.line(`open       ${preview.url}   ${phones}`)
  return preview
}

function printAddresses(
  printer: Printer,
  { cos, sts, functions, admin, host }: LocalCloud,
  { config: { bucket, region }, data }: RunAppOptions,
  { SecretId, SecretKey }: { SecretId: string; SecretKey: string },
): void {
  printer.title(
    data === undefined
      ? t(
          'Still running (Ctrl+C ends it and removes its data)',
          '正在运行（按 Ctrl+C 结束并清除数据）',
        )
      : t(
          `Still running (Ctrl+C ends it; data in ${data})`,
          `正在运行（按 Ctrl+C 结束；数据在 ${data}）`,
        ),
  )
  const bucketText = t(`bucket ${bucket}, region ${region}`, `存储桶 ${bucket}，地域 ${region}`)
  printer.line(`COS        ${cos}   ${bucketText}`)
  printer.line(`STS        ${sts}`)
  printer.line(`functions  ${functions}   POST /${host.names.join(', /')}`)
  printer.line(
    `admin      ${admin}   ${t('buckets, uploads and requests in a browser', '在浏览器中查看存储桶、上传与请求')}`,
  )
  printer.line(`SecretId   ${SecretId}`)
  printer.line(`SecretKey  ${SecretKey}   ${t('(of the local cloud only)', '（仅用于本地云）')}`)
  const name = basename(configFile())
  printer.line(t(`watching   ${name} and the cloud functions`, `监视       ${name} 与云函数`))
}

/** Prints the code with which an app in the real DevTools uses this local cloud, as the guide shows it. */
function printDevTools(
  printer: Printer,
  { cos, functions }: LocalCloud,
  { appid }: CosConfig,
): void {
  const headers = { 'x-wx-openid': ALICE.openid, ...(appid ? { 'x-wx-appid': appid } : {}) }
  const options = { url: functions, headers, Domain: new URL(cos).host, Protocol: 'http:' }
  printer.title(t('In DevTools, with "urlCheck": false', '在开发者工具中使用（不校验合法域名）'))
  printer.line(`COS.http(${JSON.stringify(options)})`)
}

/** Opens a page in the browser, if possible. Its address was printed already. */
function openInBrowser(url: string): void {
  const [command = '', ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url]
  const opening = spawn(command, args, { stdio: 'ignore', detached: true })
  opening.on('error', () => {})
  opening.unref()
}

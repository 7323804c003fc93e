import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { LocalCloud } from '@miniprogram-cos/local-cloud'
import type { CosConfig } from '@miniprogram-cos/server'
import type { Preview } from '@miniprogram-cos/simulator/preview'
import { loadConfig } from '../config'
import { buildFunctions } from '../functions/buildFunctions'
import { deployedFunctions } from '../functions/functionFiles'
import { detect } from '../init/detect'
import { Printer } from '../output'
import { configFile, forProject, fromCaller, projectRoot } from '../project'
import { explainPath } from '../rules/ruleLocation'
import { signatureNotes } from '../rules/signaturePaths'
import { t } from '../text'
import { chooseFiles } from './mainJob'
import { type DevPorts, explainPort } from './ports'
import { activityOf, previewApp, type User } from './preview'
import { registerCloud } from './runningClouds'
import { watchFunctions } from './watchFunctions'

export interface RunAppOptions {
  config: CosConfig
  users: User[]
  ports: DevPorts
  /** Folder of the data. @default a temporary one */
  data: string | undefined
  /** The project whose pages are shown. @default the folder that DevTools opens in this one */
  app?: string
  /** Addresses of the app that other servers serve. */
  routes: Record<string, string>
  /** Collections of the CloudBase database to create. */
  collections: string[]
  /** Files to upload at the start; undefined to upload none. */
  files: string[] | undefined
  /** Ends after the upload. */
  once: boolean
  runJob: (
    cloud: LocalCloud,
    files: Awaited<ReturnType<typeof chooseFiles>>,
    folder: string,
  ) => Promise<number>
  open: (url: string) => void
  /** Stops watching the process that launched this one. Called when the app's cloud watches it itself. */
  stopWatchingLauncher: (() => void) | undefined
}

/** Runs an app with a local cloud and all of its cloud functions, until the process is terminated. */
export async function runApp(options: RunAppOptions): Promise<void> {
  const { config, users, ports } = options
  const temporary = await mkdtemp(join(tmpdir(), 'miniprogram-cos-'))
  let close = async () => {}
  const end = async (status: number) => {
    await close()
    await rm(temporary, { recursive: true, force: true })
    process.exit(status)
  }
  const { LOCAL_ROOT_KEY, onLauncherExit, startLocalCloud } = await import(
    '@miniprogram-cos/local-cloud'
  )
  onLauncherExit(() => void end(0))
  options.stopWatchingLauncher?.()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0))
  try {
    await buildFunctions()
    const files = options.files && (await chooseFiles(options.files, temporary))
    let preview: Preview | undefined
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
      hosts: { '127.0.0.1': config.bucket },
      ...cloudPorts,
      onFunctionOutput: (name, text) =>
        process.stdout.write(text.replace(/^(?=.)/gm, `[${name}] `)),
      onCosRequest: (entry) => preview?.tell(activityOf(entry, users)),
    })
    let stopWatching = () => {}
    close = async () => {
      close = async () => {}
      stopWatching()
      await preview?.close()
      await cloud.close()
    }
    if (existsSync(configFile())) registerCloud(cloud.admin)
    const failures = files ? await options.runJob(cloud, files, join(temporary, 'phones')) : 0
    if (options.once) return await end(failures === 0 ? 0 : 1)
    const printer = new Printer()
    preview = await openPreview(cloud, options, pagePort, printer)
    printAddresses(printer, cloud, config, options.data)
    printDevTools(printer, cloud, config, users)
    for (const note of signatureNotes(config)) printer.line(note)
    stopWatching = watchFunctions({
      async onChange() {
        cloud.deployFunctions(deployedFunctions())
        printer.check(true, t('functions deployed again', '云函数已重新部署'))
        if (!existsSync(configFile())) return
        for (const note of signatureNotes(await loadConfig())) printer.line(note)
      },
      onError: ({ message }) => printer.check(false, forProject(message.split('\n')[0] ?? '')),
    })
    if (preview) options.open(preview.url)
  } catch (error) {
    console.error(`dev: ${forProject(explainPort(error as Error, ports).message)}`)
    await end(2)
  }
}

/** Shows the app on simulated phones, if the folder of DevTools has an app. */
async function openPreview(
  cloud: LocalCloud,
  { config, users, routes, app }: RunAppOptions,
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
  const preview = await previewApp(root, cloud, users, config, { port, routes })
  printer.title(t('Your app, in your browser', '你的小程序（浏览器）'))
  const phones = t('two phones, two users, one bucket', '两部手机、两个用户、一个存储桶')
  printer.line(`open       ${preview.url}   ${phones}`)
  return preview
}

function printAddresses(
  printer: Printer,
  { cos, sts, functions, admin, host }: LocalCloud,
  { bucket, region }: CosConfig,
  data: string | undefined,
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
  const config = basename(configFile())
  printer.line(
    `COS        ${cos}   ${t(`bucket ${bucket}, region ${region}`, `存储桶 ${bucket}，地域 ${region}`)}`,
  )
  printer.line(`STS        ${sts}`)
  printer.line(`functions  ${functions}   POST /${host.names.join(', /')}`)
  printer.line(
    `admin      ${admin}   ${t('buckets, uploads and requests in a browser', '在浏览器中查看存储桶、上传与请求')}`,
  )
  printer.line(t(`watching   ${config} and the cloud functions`, `监视       ${config} 与云函数`))
}

/** Prints the code with which an app in the real DevTools uses this local cloud, as the guide shows it. */
function printDevTools(
  printer: Printer,
  { cos, functions }: LocalCloud,
  { appid }: CosConfig,
  [user]: User[],
): void {
  const headers = { 'x-wx-openid': user?.openid, ...(appid ? { 'x-wx-appid': appid } : {}) }
  const options = { url: functions, headers, Domain: new URL(cos).host, Protocol: 'http:' }
  printer.title(t('In DevTools, with "urlCheck": false', '在开发者工具中使用（不校验合法域名）'))
  printer.line(`COS.http(${JSON.stringify(options)})`)
}

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { LocalCloud } from '@miniprogram-cos/local-cloud'
import type { CosConfig } from '@miniprogram-cos/server'
import type { Preview } from '@miniprogram-cos/simulator/preview'
import { Command } from 'commander'
import { loadConfig, SAMPLE } from '../config'
import { FIRST_PORT, portsFrom, readPort } from '../dev/ports'
import { deployedFunctions, functionNames } from '../functions/functionFiles'
import { at, configFile, hasFunctionSources, type RunOptions } from '../project'
import { readerLanguage, t } from '../text'

/** Example users, with OPENIDs of 28 characters as WeChat issues them. */
const ALICE = { name: 'Alice', openid: 'oAlice-example-000000000001', language: 'zh_CN' }
const BOB = { name: 'Bob', openid: 'oBob-example-00000000000001', language: 'en' }
const USERS = [ALICE, BOB]

interface Options {
  once: boolean
  port?: string
  ports?: string
  data?: string
  root?: string
  route: Record<string, string>
  collection: string[]
  open: boolean
}

/** The configuration of an app without `cos.config.ts`: each user has a folder in the sample bucket. */
const SAMPLE_CONFIG: CosConfig = {
  ...SAMPLE,
  region: 'ap-guangzhou',
  access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
}

export function devCommand(runOptions: RunOptions): Command {
  return new Command('dev')
    .alias('start')
    .alias('preview')
    .description(
      t(
        'Runs the app with a local cloud: in a browser, on two phones with one bucket. Files that are named are uploaded first, and each step is checked.',
        '以本地云运行小程序：在浏览器中以两部手机、同一个存储桶运行。若指定了文件，先上传这些文件并逐步核对。',
      ),
    )
    .argument('[file...]', t('files to upload', '要上传的文件'))
    .option(
      '--once',
      t(
        'uploads the files, or samples, checks each step, and exits',
        '上传指定文件或示例文件，逐步核对后退出',
      ),
      false,
    )
    .option(
      '--port <port>',
      t(
        'port of the page with the two phones; 0 takes any free one',
        '手机页面的端口；0 为任意空闲端口',
      ),
    )
    .option(
      '--ports <first>',
      t(
        'in an app: the first of five ports, for COS, STS, functions, admin page and phones; 0 takes free ones (9000 if not given)',
        '用于应用：COS、STS、云函数、管理页面与手机页面依次使用的五个端口中的第一个；0 为空闲端口（未指定时为 9000）',
      ),
    )
    .option(
      '--data <folder>',
      t(
        'in an app: keeps the data in this folder; without it, data is removed at the end',
        '用于应用：把数据保存在该目录；未指定时结束后清除',
      ),
    )
    .option(
      '--root <folder>',
      t(
        'the project of the app, also one without cos.config.ts (the current folder if not given)',
        '应用所在的项目目录，可以没有 cos.config.ts（未指定时为当前目录）',
      ),
    )
    .option(
      '--route <from=URL>',
      t(
        'serves a path (/sts), a host or a URL of the app from another server, such as its key server on this computer; may be repeated',
        '把应用请求的路径（/sts）、主机或 URL 转到另一台服务器，例如本机的密钥服务；可重复使用',
      ),
      addRoute,
      {},
    )
    .option(
      '--collection <name>',
      t(
        'collection of the CloudBase database to create at start, such as those of hooks; may be repeated',
        '启动时创建的云开发数据库集合，例如钩子用到的集合；可重复使用',
      ),
      (name: string, names: string[]) => [...names, name],
      [],
    )
    .option(
      '--no-open',
      t(
        'only prints the address of the page; the default where output is not a terminal',
        '只打印页面地址；输出不是终端时默认如此',
      ),
    )
    .addHelpText(
      'after',
      t(
        '\nExit codes: 0 every step passed, 1 a step failed (--once), 2 wrong input or it cannot start.',
        '\n退出码：0 全部通过；1 有步骤失败（--once）；2 输入有误或无法启动。',
      ),
    )
    .action((files: string[], options: Options) => {
      if (options.root !== undefined) enterProject(options.root)
      return hasFunctionSources() && options.root === undefined
        ? start(files, options, runOptions)
        : startApp(files, options, runOptions)
    })
}

/** Adds one `--route`: the target is a URL, so the first `=http` divides the two. */
function addRoute(text: string, routes: Record<string, string>): Record<string, string> {
  const [, from, target] = /^(.+?)=(https?:\/\/.+)$/.exec(text) ?? []
  if (from === undefined || target === undefined) {
    throw new Error(
      t(
        `--route must be like /sts=http://127.0.0.1:3000/sts, got "${text}"`,
        `--route 应形如 /sts=http://127.0.0.1:3000/sts，收到 "${text}"`,
      ),
    )
  }
  return { ...routes, [from]: target }
}

/** Files of the command line are relative to the folder of the caller. */
function enterProject(folder: string): void {
  const caller = process.env.INIT_CWD ?? process.cwd()
  const root = resolve(caller, folder)
  if (!existsSync(root)) throw new Error(t(`no such folder: ${folder}`, `目录不存在：${folder}`))
  process.env.INIT_CWD = caller
  process.chdir(root)
}

async function start(
  given: string[],
  { once, port = '0', route, collection, open }: Options,
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  const pagePort = readPort(port)
  const { checkFiles, chooseFiles } = await import('../dev/mainJob')
  checkFiles(given)
  const config = await loadConfig()
  await buildPackages?.()
  const { buildFunctions } = await import('../functions/buildFunctions')
  await buildFunctions()
  const folder = await mkdtemp(join(tmpdir(), 'miniprogram-cos-'))
  let close = async () => {}
  const end = async (status: number) => {
    await close()
    await rm(folder, { recursive: true, force: true })
    process.exit(status)
  }
  const { LOCAL_ROOT_KEY, onLauncherExit, startLocalCloud } = await import(
    '@miniprogram-cos/local-cloud'
  )
  onLauncherExit(() => void end(0))
  stopWatchingLauncher?.()
  try {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end(0))
    const files = await chooseFiles(given, folder)
    const { activityOf, previewApp } = await import('../dev/preview')
    const { explainPath } = await import('../rules/ruleLocation')
    let preview: Preview | undefined
    const cloud = await startLocalCloud({
      data: join(folder, 'data'),
      root: LOCAL_ROOT_KEY,
      buckets: [{ name: config.bucket, region: config.region }],
      functions: deployedFunctions(),
      env: config.env,
      collections: collection,
      explainPath,
      // Log lines of functions would appear between those of the main job.
      onFunctionOutput: () => {},
      onCosRequest: (entry) => preview?.tell(activityOf(entry, USERS)),
    })
    close = async () => {
      close = async () => {}
      await preview?.close()
      await cloud.close()
    }
    const { registerCloud } = await import('../dev/runningClouds')
    registerCloud(cloud.admin)
    const { failures, url } = await runJob(cloud, config, files, join(folder, 'phones'))
    if (once) return end(failures === 0 ? 0 : 1)
    preview = await previewApp(at('miniprogram'), cloud, USERS, config, {
      port: pagePort,
      routes: route,
    })
    const shared = url && files.length > 1 ? `curl -o ${files[0]?.name} '${url}'` : undefined
    await printAddresses(preview.url, cloud, config, LOCAL_ROOT_KEY, shared)
    if (open && process.stdout.isTTY) openInBrowser(preview.url)
  } catch (error) {
    console.error(`start: ${(error as Error).message}`)
    await end(2)
  }
}

/** Runs an app with its own pages and functions, and the main job with the files of the command line. */
async function startApp(
  given: string[],
  { once, port, ports: first, data, root, route, collection, open }: Options,
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  const ports = portsFrom(first === undefined ? FIRST_PORT : readPort(first, '--ports'))
  if (port !== undefined) ports.preview = readPort(port)
  const { checkFiles } = await import('../dev/mainJob')
  checkFiles(given)
  const config =
    root !== undefined && !existsSync(configFile()) ? SAMPLE_CONFIG : await loadConfig()
  await buildPackages?.()
  const { runApp } = await import('../dev/runApp')
  await runApp({
    config,
    users: USERS,
    ports,
    data,
    ...(root === undefined ? {} : { app: process.cwd() }),
    routes: route,
    collections: collection,
    files: once || given.length > 0 ? given : undefined,
    once,
    stopWatchingLauncher,
    runJob: async (cloud, files, folder) => (await runJob(cloud, config, files, folder)).failures,
    open: (url) => {
      if (open && process.stdout.isTTY) openInBrowser(url)
    },
  })
}

async function runJob(
  cloud: LocalCloud,
  config: CosConfig,
  files: Parameters<typeof import('../dev/mainJob').runMainJob>[2],
  folder: string,
): Promise<{ failures: number; url: string }> {
  const [{ Printer }, { createPhone }, { runMainJob }, { curlAt }, { signaturePaths }] =
    await Promise.all([
      import('../output'),
      import('../dev/phone'),
      import('../dev/mainJob'),
      import('../dev/urlReader'),
      import('../rules/signaturePaths'),
    ])
  const printer = new Printer()
  let url = ''
  try {
    const alice = await createPhone(cloud, ALICE, folder, config)
    const bob = await createPhone(cloud, BOB, folder, config)
    const reader = curlAt(cloud.cos, signaturePaths(config).length > 0)
    url = await runMainJob(reader, [alice, bob], files, printer)
  } catch (error) {
    const { message, advice } = error as { message?: string; advice?: Record<string, string> }
    const reason = [message ?? String(error), advice?.[readerLanguage()]].filter(Boolean)
    printer.check(
      false,
      t(`the main job stopped: ${reason.join('\n    ')}`, `运行中止：${reason.join('\n    ')}`),
    )
  }
  const { failures } = printer
  printer.title(
    failures === 0
      ? t('All steps passed.', '全部步骤通过。')
      : t(`${failures} steps failed.`, `${failures} 个步骤失败。`),
  )
  return { failures, url }
}

async function printAddresses(
  page: string,
  { cos, sts, functions, admin }: LocalCloud,
  { bucket, region }: CosConfig,
  { SecretId, SecretKey }: { SecretId: string; SecretKey: string },
  shared: string | undefined,
): Promise<void> {
  const { Printer } = await import('../output')
  const printer = new Printer()
  printer.title(t('The demo app, in your browser', '示例小程序（浏览器）'))
  const phones = t('two phones, two users, one bucket', '两部手机、两个用户、一个存储桶')
  printer.line(`open       ${page}   ${phones}`)
  printer.title(
    t(
      'Still running (Ctrl+C ends it and removes its data)',
      '正在运行（按 Ctrl+C 结束并清除数据）',
    ),
  )
  if (shared) printer.line(`shared     ${shared}\n`)
  printer.line(
    `COS        ${cos}   ${t(`bucket ${bucket}, region ${region}`, `存储桶 ${bucket}，地域 ${region}`)}`,
  )
  printer.line(`STS        ${sts}`)
  printer.line(`functions  ${functions}   POST /${functionNames().join(', /')}`)
  printer.line(
    `admin      ${admin}   ${t('buckets, uploads and requests in a browser', '在浏览器中查看存储桶、上传与请求')}`,
  )
  printer.line(`SecretId   ${SecretId}`)
  printer.line(`SecretKey  ${SecretKey}   ${t('(of the local cloud only)', '（仅用于本地云）')}`)
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

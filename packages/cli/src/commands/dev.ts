import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { CosConfig } from '@miniprogram-cos/server'
import { Command } from 'commander'
import { LocalizedCommand } from '../command'
import type { DevPorts } from '../dev/runApp'
import {
  configFile,
  deployedFunctions,
  hasFunctionSources,
  loadConfig,
  localData,
  type RunOptions,
  SAMPLE,
} from '../project'
import { localizedError, t } from '../text'

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

/** Ports that stay the same between runs, so that addresses can be kept. */
const FIRST_PORT = 9000

/** The configuration of an app without `cos.config.ts`: each user has a folder in the sample bucket. */
const SAMPLE_CONFIG: CosConfig = {
  ...SAMPLE,
  region: 'ap-guangzhou',
  access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
}

export function devCommand(runOptions: RunOptions): LocalizedCommand {
  return new LocalizedCommand('dev')
    .alias('start')
    .alias('preview')
    .describe(
      'Runs the app with a local cloud: in a browser, on two phones with one bucket. Files that are named are uploaded first, and each step is checked.',
      '以本地云运行小程序：在浏览器中以两部手机、同一个存储桶运行。若指定了文件，先上传这些文件并逐步核对。',
    )
    .withArgument('[file...]', 'files to upload', '要上传的文件')
    .withOption(
      '--once',
      'uploads the files, or samples, checks each step, and exits',
      '上传指定文件或示例文件，逐步核对后退出',
      false,
    )
    .withOption(
      '--port <port>',
      'port of the page with the two phones; 0 takes any free one',
      '手机页面的端口；0 为任意空闲端口',
    )
    .withOption(
      '--ports <first>',
      'the first of five ports, for COS, STS, functions, admin page and phones; 0 takes free ones (9000 in an app if not given)',
      'COS、STS、云函数、管理页面与手机页面依次使用的五个端口中的第一个；0 为空闲端口（应用未指定时为 9000）',
    )
    .withOption(
      '--data <folder>',
      'keeps the data in this folder; without it, data is removed at the end',
      '把数据保存在该目录；未指定时结束后清除',
    )
    .withOption(
      '--root <folder>',
      'the project of the app, also one without cos.config.ts (the current folder if not given)',
      '应用所在的项目目录，可以没有 cos.config.ts（未指定时为当前目录）',
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
    .withOption(
      '--no-open',
      'only prints the address of the page; the default where output is not a terminal',
      '只打印页面地址；输出不是终端时默认如此',
    )
    .withExitCodes(
      '0 every step passed, 1 a step failed (--once), 2 wrong input or it cannot start.',
      '0 全部通过；1 有步骤失败（--once）；2 输入有误或无法启动。',
    )
    .action((files: string[], options: Options) => dev(files, options, runOptions))
}

async function dev(
  given: string[],
  { once, port, ports: first, data, root, route, collection, open }: Options,
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  if (root !== undefined) enterProject(root)
  // This repository demonstrates all features at each start.
  const isKit = root === undefined && hasFunctionSources()
  const ports = portsFrom(
    first === undefined ? (isKit ? 0 : FIRST_PORT) : readPort(first, '--ports'),
  )
  if (port !== undefined) ports.preview = readPort(port)
  const { checkFiles } = await import('../dev/scenario')
  checkFiles(given)
  const config =
    root !== undefined && !existsSync(configFile()) ? SAMPLE_CONFIG : await loadConfig()
  await buildPackages?.()
  const { runApp } = await import('../dev/runApp')
  await runApp({
    config,
    ports,
    ...(data === undefined ? {} : { data }),
    ...(root === undefined ? {} : { app: process.cwd() }),
    routes: route,
    collections: collection,
    ...(isKit || once || given.length > 0 ? { files: given } : {}),
    once,
    opensBrowser: open,
    ...(stopWatchingLauncher === undefined ? {} : { stopWatchingLauncher }),
  })
}

/** @throws Error for an invalid port */
function readPort(text: string, option = '--port'): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw localizedError(
    `${option} must be a number from 0 to 65535, got "${text}"`,
    `${option} 应为 0 到 65535 的整数，收到 "${text}"`,
  )
}

/** Five consecutive ports, starting with the first; 0 for free ports. */
function portsFrom(first: number): DevPorts {
  const at = (index: number) => (first === 0 ? 0 : first + index)
  return { cosPort: at(0), stsPort: at(1), functionsPort: at(2), adminPort: at(3), preview: at(4) }
}

/** Adds one `--route`: the target is a URL, so the first `=http` divides the two. */
function addRoute(text: string, routes: Record<string, string>): Record<string, string> {
  const [, from, target] = /^(.+?)=(https?:\/\/.+)$/.exec(text) ?? []
  if (from === undefined || target === undefined) {
    throw localizedError(
      `--route must be like /sts=http://127.0.0.1:3000/sts, got "${text}"`,
      `--route 应形如 /sts=http://127.0.0.1:3000/sts，收到 "${text}"`,
    )
  }
  return { ...routes, [from]: target }
}

/** Files of the command line are relative to the folder of the caller. */
function enterProject(folder: string): void {
  const caller = process.env.INIT_CWD ?? process.cwd()
  const root = resolve(caller, folder)
  if (!existsSync(root)) throw localizedError(`no such folder: ${folder}`, `目录不存在：${folder}`)
  process.env.INIT_CWD = caller
  process.chdir(root)
}

/**
 * Runs the local cloud with the functions and the bucket of this project. Its options and its JSON line are those of the
 * local-cloud package, which also runs without a project.
 */
export async function localCloudCommand(
  args: string[],
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  await buildPackages?.()
  const { explain, listOptions, OPTIONS, readCommand, runCommand, USAGE } = await import(
    '@miniprogram-cos/local-cloud'
  )
  const options = () => t(USAGE, `${CHINESE_HEADING}\n${listOptions(CHINESE)}`)
  try {
    const config = await loadConfig()
    const command = readCommand(args, process.env, {
      data: localData('data'),
      buckets: [{ name: config.bucket, region: config.region }],
      pathStyle: 'allow',
    })
    if (command.help) {
      const call = t(`Usage: ${usage()} [options]`, `用法：${usage()} [选项]`)
      console.log(`${call}\n${options()}`)
      return
    }
    const { buildFunctions } = await import('../deploy/buildFunctions')
    await buildFunctions()
    const { explainPath } = await import('../ruleSource')
    const functions = deployedFunctions()
    const running = runCommand(command, { functions, env: config.env, explainPath })
    stopWatchingLauncher?.()
    const { registerCloud } = await import('../dev/runningClouds')
    registerCloud((await running).admin)
  } catch (error) {
    const reason = explain(error as Error) + hint(error as Error, Object.keys(OPTIONS))
    console.error(`local-cloud: ${reason}\n\n${options()}`)
    process.exit(2)
  }
}

const usage = () =>
  hasFunctionSources() ? 'npm run -s local-cloud --' : 'npx @miniprogram-cos/cli local-cloud'

const CHINESE_HEADING = '选项（也可用环境变量，如 LOCAL_CLOUD_COS_PORT=9000）：'

/** Descriptions of the options; the package itself has them in English. */
const CHINESE: Record<string, string> = {
  'cos-port': '0 表示任意空闲端口（默认），其他端口相同',
  'admin-port': '管理页面、请求日志、事件、故障注入、重置、导入、导出',
  data: '数据目录；默认 .local-cloud/data',
  memory: '数据只保存在内存中',
  bucket: '启动时创建的存储桶，可重复',
  region: '这些存储桶的地域；默认 ap-guangzhou',
  domain: '自定义域名，可重复',
  collection: '启动时创建的云开发数据库集合，可重复',
  'secret-id': '拥有全部存储桶的密钥',
  'restore-delay': '恢复归档对象所需的秒数；默认与 COS 文档一致',
  faults: 'JSON 文件：{"seed":1,"rules":[…]}',
  seed: '把目录中的文件放入第一个存储桶',
  reset: '先清除数据',
  tls: '同时以 HTTPS 提供 COS 与 STS，使用生成的证书',
  log: '把请求日志打印到标准错误',
  help: '打印这些选项',
}

/** Suggests an option that is similar to an unknown one, as commander does for the other commands. */
function hint({ message }: Error, options: string[]): string {
  const [, unknown] = /Unknown option '(--[\w-]+)/.exec(message) ?? []
  if (!unknown) return ''
  const known = new Command().exitOverride().configureOutput({ writeErr() {} })
  for (const option of options) known.option(`--${option}`)
  try {
    known.parse([unknown], { from: 'user' })
    return ''
  } catch (mistake) {
    const [, similar] = /\(Did you mean (.+?)\?\)/.exec((mistake as Error).message) ?? []
    return similar ? t(`. Did you mean ${similar}?`, `。你是否想输入 ${similar}？`) : ''
  }
}

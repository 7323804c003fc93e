import { Command } from 'commander'
import { loadConfig } from '../config'
import { deployedFunctions } from '../functions/functionFiles'
import { hasFunctionSources, localData, type RunOptions } from '../project'
import { t } from '../text'

/**
 * Runs the local cloud with the functions and the bucket of this project. Its options and its JSON line are those of the
 * local-cloud package, which also runs without a project.
 */
export async function localCloudCommand(
  args: string[],
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  await buildPackages?.()
  const { explain, readCommand, runCommand, USAGE } = await import('@miniprogram-cos/local-cloud')
  try {
    const config = await loadConfig()
    const command = readCommand(args, process.env, {
      data: localData('data'),
      buckets: [{ name: config.bucket, region: config.region }],
      pathStyle: 'allow',
    })
    if (command.help) {
      console.log(
        t(`Usage: ${usage()} [options]\n${USAGE}`, `用法：${usage()} [选项]\n${inChinese(USAGE)}`),
      )
      return
    }
    const { buildFunctions } = await import('../functions/buildFunctions')
    await buildFunctions()
    const { explainPath } = await import('../rules/ruleLocation')
    const functions = deployedFunctions()
    const running = runCommand(command, { functions, env: config.env, explainPath })
    stopWatchingLauncher?.()
    const { registerCloud } = await import('../dev/runningClouds')
    registerCloud((await running).admin)
  } catch (error) {
    const options = t(USAGE, inChinese(USAGE))
    console.error(`local-cloud: ${explain(error as Error)}${hint(error, USAGE)}\n\n${options}`)
    process.exit(2)
  }
}

const usage = () =>
  hasFunctionSources() ? 'npm run -s local-cloud --' : 'npx @miniprogram-cos/cli local-cloud'

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
}

/** Replaces the descriptions, which begin in a column of their own. */
function inChinese(usage: string): string {
  const [, ...lines] = usage.split('\n')
  const column = (lines[0] ?? '').indexOf('0 = ')
  return [
    '选项（也可用环境变量，如 LOCAL_CLOUD_COS_PORT=9000）：',
    ...lines.map((line) => {
      const text = CHINESE[/--([\w-]+)/.exec(line)?.[1] ?? '']
      return text === undefined ? line : line.slice(0, column) + text
    }),
  ].join('\n')
}

/** Suggests an option that is similar to an unknown one. */
function hint(error: unknown, usage: string): string {
  const [, unknown] = /Unknown option '(--[\w-]+)/.exec((error as Error).message) ?? []
  if (!unknown) return ''
  const known = new Command().exitOverride().configureOutput({ writeErr() {} })
  const options = new Set([...usage.matchAll(/^\s*(--[\w-]+)/gm)].map(([, option = '']) => option))
  for (const option of options) known.option(option)
  try {
    known.parse([unknown], { from: 'user' })
    return ''
  } catch (mistake) {
    const [, similar] = /\(Did you mean (.+?)\?\)/.exec((mistake as Error).message) ?? []
    return similar ? t(`. Did you mean ${similar}?`, `。你是否想输入 ${similar}？`) : ''
  }
}

import { LocalizedCommand } from '../command'
import { loadConfig } from '../config'
import type { DeployOptions, DeployProgress } from '../deploy/runDeploy'
import { functionNames } from '../functions/functionFiles'
import type { RunOptions } from '../project'
import { localizedError, t } from '../text'

interface Options {
  yes: boolean
  dryRun: boolean
  only?: string
  bucket: boolean
  maxInstances: string
  allowLaxSignatures: boolean
  cors?: string
  recreate: boolean
  rollback: boolean
}

export function deployCommand({ buildPackages }: RunOptions): LocalizedCommand {
  return new LocalizedCommand('deploy')
    .describe(
      'Deploys the cloud functions and configures the bucket. Shows the plan first, and may be run as often as you like.',
      '部署云函数并配置存储桶。先显示计划；可重复执行。',
    )
    .withOption('--yes', 'does not ask', '不询问', false)
    .withOption(
      '--dry-run',
      'checks everything and prints the plan; changes nothing',
      '只检查并打印计划，不做更改',
      false,
    )
    .withOption(
      '--only <name>',
      'one function; bucket and database are not changed',
      '只部署一个云函数，不更改存储桶和数据库',
    )
    .withOption(
      '--no-bucket',
      'the functions only; bucket and database are not changed',
      '只部署云函数，不更改存储桶和数据库',
    )
    .withOption(
      '--max-instances <n>',
      'at most n instances of each function at once; 0 leaves the limit unchanged',
      '每个云函数最多同时运行的实例数；0 表示不更改',
      '20',
    )
    .withOption(
      '--allow-lax-signatures',
      'deploys cos-signature although the bucket has no strict signatures',
      '存储桶未开启严格签名时仍部署 cos-signature',
      false,
    )
    .withOption(
      '--cors <origin>',
      'allows a browser page of that origin to use the bucket; phones do not need it',
      '允许该来源的网页访问存储桶；手机端不需要',
    )
    .withOption(
      '--recreate',
      'deletes and creates a function again when its runtime differs',
      '运行环境不同时删除并重建云函数',
      false,
    )
    .withOption(
      '--rollback',
      'deploys the previous code, which .deploy/ on this computer keeps; bucket and database are not changed',
      '回退到上一版代码（保存在本机 .deploy/），不更改存储桶和数据库',
      false,
    )
    .addHelpText(
      'after',
      t(
        '\nKeys: .env or the environment (see .env.example). Settings: cos.config.ts.\nExit codes: 0 deployed or nothing to do, 1 stopped by an error that is named, 2 wrong input.',
        '\n密钥：.env 或环境变量（见 .env.example）。配置：cos.config.ts。\n退出码：0 已部署或无需更改；1 因所示错误中止；2 输入有误。',
      ),
    )
    .action((given: Options) => deploy(given, buildPackages))
}

async function deploy(given: Options, buildPackages: RunOptions['buildPackages']): Promise<void> {
  const options = readOptions(given)
  await buildPackages?.()
  const [{ runDeploy }, { apiError, describeError }, { readSettings, SECRET_VARIABLES }] =
    await Promise.all([
      import('../deploy/runDeploy'),
      import('../cloud/errors'),
      import('../cloud/settings'),
    ])
  const { SafeOutput } = await import('../output')
  const { readerLanguage } = await import('../text')
  const settings = readSettings()
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  const progress: DeployProgress = { done: [], open: [] }
  const agree = () => agreed(given.yes)
  const config = await loadConfig()
  try {
    await runDeploy(config, options, settings, output, progress, agree)
  } catch (error) {
    output.error(`\n${describeError(apiError(error, 'deploy'), readerLanguage())}`)
    const { done, open } = progress
    if (open.length > 0) {
      output.error(`${t('done     ', '已完成')} ${done.join(', ') || t('nothing yet', '无')}`)
      output.error(`${t('not done ', '未完成')} ${open.join(', ')}`)
      output.error(
        t(
          'Fix it and run the same command again: completed steps are skipped.',
          '修复后再次执行同一命令：已完成的步骤会跳过。',
        ),
      )
    } else output.error(t('Nothing was changed.', '未做任何更改。'))
    process.exitCode = 1
  }
}

/** @throws Error in one line */
function readOptions(given: Options): DeployOptions {
  const { dryRun, only, cors, recreate, rollback, maxInstances } = given
  const names = functionNames()
  if (only !== undefined && !names.includes(only)) {
    throw localizedError(
      `there is no function "${only}": ${names.join(', ')}`,
      `没有云函数 "${only}"：${names.join('、')}`,
    )
  }
  if (cors !== undefined && !/^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(cors)) {
    throw localizedError(
      `--cors takes an origin such as http://localhost:8080, got "${cors}"`,
      `--cors 应为来源，如 http://localhost:8080，收到 "${cors}"`,
    )
  }
  if (!/^\d{1,3}$/.test(maxInstances)) {
    throw localizedError(
      `--max-instances takes a number from 0 to 999, got "${maxInstances}"`,
      `--max-instances 应为 0 到 999 的整数，收到 "${maxInstances}"`,
    )
  }
  const bucket = given.bucket && only === undefined && !rollback
  if (cors !== undefined && !bucket) {
    throw localizedError('--cors needs the bucket to be configured', '--cors 需要同时配置存储桶')
  }
  return {
    dryRun,
    only,
    bucket,
    laxSignatures: given.allowLaxSignatures,
    maxInstances: Number(maxInstances),
    cors,
    recreate,
    rollback,
  }
}

async function agreed(yes: boolean): Promise<boolean> {
  if (yes) return true
  const { confirm } = await import('../output')
  const answer = await confirm(t('Deploy?', '开始部署？'))
  if (answer !== undefined) return answer
  console.error(
    t('deploy: stdin is not a terminal; pass --yes', 'deploy: 标准输入不是终端，请使用 --yes'),
  )
  process.exitCode = 2
  return false
}

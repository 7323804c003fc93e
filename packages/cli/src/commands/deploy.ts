import { apiError, describeError } from '../cloud/errors'
import { deployKey, functionKey, readSettings, secretsOf } from '../cloud/settings'
import type { AnswerName } from '../cloud/setup'
import { LocalizedCommand } from '../command'
import type { DeployOptions, DeployProgress } from '../deploy/runDeploy'
import { isAgreed, SafeOutput } from '../output'
import { functionNames, functionRoot, loadConfig, type RunOptions } from '../project'
import { localizedError, readerLanguage, t } from '../text'

interface DeployFlags extends Omit<DeployOptions, 'maxInstances'> {
  yes: boolean
  maxInstances: string
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
    .action((given: DeployFlags) => deploy(given, buildPackages))
}

async function deploy(
  given: DeployFlags,
  buildPackages: RunOptions['buildPackages'],
): Promise<void> {
  const options = readOptions(given)
  await buildPackages?.()
  const { runDeploy } = await import('../deploy/runDeploy')
  const settings = readSettings()
  const output = new SafeOutput(secretsOf(settings))
  const progress: DeployProgress = { done: [], open: [] }
  const agree = () =>
    isAgreed(given.yes, t('Deploy?', '开始部署？')).catch(({ message }: Error) => {
      output.error(`deploy: ${message}`)
      process.exitCode = 2
      return false
    })
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
function readOptions(given: DeployFlags): DeployOptions {
  const { only, cors, rollback, maxInstances } = given
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
  return { ...given, bucket, maxInstances: Number(maxInstances) }
}

export function buildCommand({ buildPackages }: RunOptions): LocalizedCommand {
  return new LocalizedCommand('build')
    .describe(
      'Builds the cloud functions into the folder from which DevTools uploads them.',
      '构建云函数到开发者工具上传云函数的目录。',
    )
    .withExitCodes('0 success, 2 it cannot be built.', '0 成功；2 无法构建。')
    .action(async () => {
      await buildPackages?.()
      const { buildFunctions } = await import('../deploy/buildFunctions')
      const output = new SafeOutput()
      for (const name of await buildFunctions()) output.line(`✓ ${functionRoot()}/${name}`)
      const { signatureHints } = await import('../signatureHints')
      for (const note of signatureHints(await loadConfig())) output.line(note)
    })
}

interface SetupFlags extends Partial<Record<AnswerName, string>> {
  yes: boolean
  ask: boolean
  offline: boolean
}

export function setupCommand(): LocalizedCommand {
  return new LocalizedCommand('setup')
    .describe(
      'Asks for missing values, checks them with Tencent Cloud, and writes cos.config.ts, .env (readable by you alone) and project.private.config.json.',
      '询问所需信息并在腾讯云上核对，然后写入 cos.config.ts、.env（仅本人可读）与 project.private.config.json。',
    )
    .withOption('--appid <wx…>', 'AppID of the mini program', '小程序 AppID')
    .withOption('--env <id>', 'CloudBase environment', '云开发环境 ID')
    .withOption('--bucket <name-appid>', 'bucket, with its APPID', '存储桶，含 APPID')
    .withOption('--region <region>', 'region of the bucket', '存储桶所在地域')
    .withOption('--yes', 'does not ask: missing values are an error', '不询问：缺少值时报错', false)
    .withOption(
      '--ask',
      'asks without a terminal: answers come line by line on standard input',
      '没有终端时也询问：从标准输入逐行读取回答',
      process.stdin.isTTY === true,
    )
    .withOption('--offline', 'checks formats only', '只检查格式', false)
    .addHelpText(
      'after',
      t(
        '\nKeys are not options: they come from .env or the environment (names in .env.example), or are asked for.\nExit codes: 0 written, 2 wrong input or refused by Tencent Cloud: nothing is written.',
        '\n密钥不作为选项：来自 .env 或环境变量（变量名见 .env.example），否则会询问。\n退出码：0 已写入；2 输入有误或被腾讯云拒绝，未写入任何内容。',
      ),
    )
    .action(setup)
}

async function setup(options: SetupFlags): Promise<void> {
  const {
    askMissing,
    checkAnswers,
    checkOnline,
    knownAppid,
    lineAsker,
    lookUpRegion,
    presentAnswers,
    QUESTIONS,
    terminalAsker,
    writeAnswers,
  } = await import('../cloud/setup')
  const given = { ...knownAppid(), ...presentAnswers(await loadConfig()) }
  for (const { name } of QUESTIONS) {
    const value = options[name]
    if (value !== undefined) given[name] = value
  }
  const settings = readSettings()
  const lookUp = async () => (options.offline ? {} : lookUpRegion(given, settings))
  if (options.ask && !options.yes) {
    const asker = process.stdin.isTTY ? terminalAsker() : lineAsker()
    await askMissing(asker, given, settings, lookUp).finally(asker.close)
  } else if (given.region === undefined) Object.assign(given, await lookUp())
  const answers = checkAnswers(given, settings)
  deployKey(settings)
  functionKey(settings)
  if (!options.offline) await checkOnline(answers, settings)
  const output = new SafeOutput(secretsOf(settings))
  for (const file of await writeAnswers(answers, settings)) output.line(`✓ ${file}`)
  output.line(t('Next: npm run deploy', '下一步：npm run deploy'))
}

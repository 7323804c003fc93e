import { LocalizedCommand } from '../command'
import { loadConfig } from '../config'
import type { AnswerName } from '../setup/answers'
import { t } from '../text'

interface Options extends Partial<Record<AnswerName, string>> {
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

async function setup(options: Options): Promise<void> {
  const { checkAnswers, checkOnline, knownAppid, lookUpRegion, presentAnswers, QUESTIONS } =
    await import('../setup/answers')
  const { deployKey, functionKey, readSettings, SECRET_VARIABLES } = await import(
    '../cloud/settings'
  )
  const { SafeOutput } = await import('../output')
  const given = { ...knownAppid(), ...presentAnswers(await loadConfig()) }
  for (const { name } of QUESTIONS) {
    const value = options[name]
    if (value !== undefined) given[name] = value
  }
  const settings = readSettings()
  const lookUp = async () => (options.offline ? {} : lookUpRegion(given, settings))
  if (options.ask && !options.yes) {
    const { askMissing, lineAsker, terminalAsker } = await import('../setup/ask')
    const asker = process.stdin.isTTY ? terminalAsker() : lineAsker()
    await askMissing(asker, given, settings, lookUp).finally(asker.close)
  } else if (given.region === undefined) Object.assign(given, await lookUp())
  const answers = checkAnswers(given, settings)
  deployKey(settings)
  functionKey(settings)
  if (!options.offline) await checkOnline(answers, settings)
  const { writeAnswers } = await import('../setup/answers')
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  for (const file of await writeAnswers(answers, settings)) output.line(`✓ ${file}`)
  output.line(t('Next: npm run deploy', '下一步：npm run deploy'))
}

import { Command, CommanderError, type OutputConfiguration } from 'commander'
import { CloudError, errorLine } from './cloud/errors'
import { buildCommand } from './commands/build'
import { checkWechatCommand } from './commands/checkWechat'
import { createCommand } from './commands/create'
import { deployCommand } from './commands/deploy'
import { devCommand } from './commands/dev'
import { doctorCommand } from './commands/doctor'
import { domainsCommand } from './commands/domains'
import { initCommand } from './commands/init'
import { localCloudCommand } from './commands/localCloud'
import { migrateCommand } from './commands/migrate'
import { policyCommand } from './commands/policy'
import { reconcileCommand } from './commands/reconcile'
import { rulesCommand } from './commands/rules'
import { setupCommand } from './commands/setup'
import { colorsFor } from './output'
import { forProject, type RunOptions } from './project'
import { withRuleLine } from './rules/ruleLocation'
import { t } from './text'

/**
 * Runs one command line. Sets the exit code: 0 for success, 1 if a check or a step failed, 2 for invalid input or if the
 * command could not run.
 * @param args without `node` and the script
 */
export async function run(args: string[], options: RunOptions = {}): Promise<void> {
  // Messages use the name that the user typed.
  const name = args.find((arg) => !arg.startsWith('-')) ?? 'miniprogram-cos'
  try {
    if (name === 'local-cloud' && args[0] === name) {
      // The package parses the options itself.
      await localCloudCommand(args.slice(1), options)
      return
    }
    await createProgram(options).parseAsync(args, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.code === 'commander.helpDisplayed') return
    process.exitCode = 2
    // The help was printed, because the name of a subcommand is missing.
    if (error instanceof CommanderError && error.code === 'commander.help') return
    const text = error instanceof CommanderError ? parseMessage(error) : messageOf(error)
    console.error(`${name}: ${text}`)
  }
}

/** Errors of the cloud are printed with their fix. */
function messageOf(error: unknown): string {
  const text =
    error instanceof CloudError ? errorLine(error) : withRuleLine((error as Error).message)
  return forProject(text ?? String(error))
}

function createProgram(options: RunOptions): Command {
  const program = new Command('miniprogram-cos')
  program.description(t('Tencent COS in WeChat mini programs.', '在微信小程序中使用腾讯云 COS。'))
  program.usage(t('<command> [options]', '<命令> [选项]'))
  for (const command of [
    createCommand(),
    initCommand(),
    devCommand(options),
    buildCommand(options),
    setupCommand(),
    deployCommand(options),
    domainsCommand(),
    doctorCommand(options),
    policyCommand(),
    rulesCommand(),
    reconcileCommand(),
    migrateCommand(),
    checkWechatCommand(options),
  ]) {
    program.addCommand(command)
  }
  // Listed only for the help: its command line is handled above.
  program
    .command('local-cloud')
    .description(
      t(
        'Runs COS, STS and the cloud functions on this computer.',
        '在本机运行 COS、STS 与云函数。',
      ),
    )
  program.addHelpText(
    'after',
    t(
      `\nExit codes: 0 success, 1 a check or a step failed, 2 wrong input.\nTexts are in Chinese where LANG begins with zh. NO_COLOR=1 switches colours off.`,
      `\n退出码：0 成功；1 检查或步骤失败；2 输入有误。\nLANG 以 zh 开头时输出中文。NO_COLOR=1 关闭颜色。`,
    ),
  )
  for (const command of [program, ...program.commands]) {
    for (const each of [command, ...command.commands]) prepare(each)
  }
  return program
}

/** Titles of the help, which commander writes in English. */
const TITLES: Record<string, string> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
}

const inChinese = (usage: string) =>
  usage.replace('[options]', '[选项]').replace('[command]', '<命令>')

const OUTPUT: OutputConfiguration = {
  // Errors are printed by run(); the help of a command without its subcommand is not an error's text.
  outputError: () => {},
  getOutHasColors: () => colorsFor(process.stdout).isColorSupported,
}

function prepare(command: Command): void {
  command
    .exitOverride()
    .configureOutput(OUTPUT)
    .helpOption('-h, --help', t('shows this help', '显示帮助'))
    .helpCommand(false)
    .configureHelp({
      // npm passes on the arguments after `--`.
      commandUsage: (one) => `${calledAs(one)} ${t(one.usage(), inChinese(one.usage()))}`.trim(),
      // The list of commands shows the first sentence.
      subcommandDescription: (one) => /^.+?(?:\.(?=\s|$)|。)/.exec(one.description())?.[0] ?? '',
      optionDescription: ({ description, defaultValue }) =>
        typeof defaultValue === 'string'
          ? `${description}${t(` (default: ${defaultValue})`, `（默认 ${defaultValue}）`)}`
          : description,
      styleTitle: (title) => colorsFor(process.stdout).bold(t(title, TITLES[title] ?? title)),
    })
}

/** The command in messages: an npm script that has its name, or the binary. */
function calledAs(command: Command): string {
  const { parent } = command
  if (!parent) return command.name()
  const script = process.env.npm_lifecycle_event
  const isScript = !parent.parent && [command.name(), ...command.aliases()].includes(String(script))
  if (!isScript) return `${calledAs(parent)} ${command.name()}`
  return `${script === 'start' ? 'npm start' : `npm run ${script}`} --`
}

/** Describes an invalid command line in one line. */
function parseMessage({ code, message }: CommanderError): string {
  const [, subject = ''] = /'([^']*)'/.exec(message) ?? []
  const [, similar] = /\(Did you mean (?:one of )?(.+?)\?\)/.exec(message) ?? []
  const hint = similar ? t(` Did you mean ${similar}?`, `你是否想输入 ${similar}？`) : ''
  const help = t(' See --help.', '请查看 --help。')
  switch (code) {
    case 'commander.unknownOption':
      return t(`Unknown option '${subject}'.`, `未知选项 '${subject}'。`) + (hint || help)
    case 'commander.unknownCommand':
      return t(`Unknown command '${subject}'.`, `未知命令 '${subject}'。`) + (hint || help)
    case 'commander.optionMissingArgument':
      return t(`Option '${subject}' needs a value.`, `选项 '${subject}' 缺少值。`)
    case 'commander.missingArgument':
      return t(`<${subject}> is missing.`, `缺少 <${subject}>。`) + help
    case 'commander.excessArguments':
      return t('Too many arguments.', '参数过多。') + help
    default:
      return message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ')
  }
}

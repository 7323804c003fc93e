import { Command, type CommanderError, type OutputConfiguration } from 'commander'
import { colorsFor } from './output'
import { t } from './text'

/** A command whose help has its texts in English and Chinese. */
export class LocalizedCommand extends Command {
  describe(en: string, zh: string): this {
    return this.description(t(en, zh))
  }

  withArgument(name: string, en: string, zh: string): this {
    return this.argument(name, t(en, zh))
  }

  withOption(flags: string, en: string, zh: string, value?: string | boolean | string[]): this {
    return this.option(flags, t(en, zh), value)
  }

  /** The exit codes, at the end of the help. */
  withExitCodes(en: string, zh: string): this {
    return this.addHelpText('after', t(`\nExit codes: ${en}`, `\n退出码：${zh}`))
  }
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

/** Sets up the help of a command, and makes its errors exceptions. */
export function setUpHelp(command: Command): void {
  command
    .exitOverride()
    .configureOutput(OUTPUT)
    .helpOption('-h, --help', t('shows this help', '显示帮助'))
    .helpCommand(false)
    .configureHelp({
      // npm passes on the arguments after `--`.
      commandUsage: (shown) =>
        `${calledAs(shown)} ${t(shown.usage(), inChinese(shown.usage()))}`.trim(),
      // The list of commands shows the first sentence.
      subcommandDescription: (listed) =>
        /^.+?(?:\.(?=\s|$)|。)/.exec(listed.description())?.[0] ?? '',
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
export function parseMessage({ code, message }: CommanderError): string {
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

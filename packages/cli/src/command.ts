import { Command } from 'commander'
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

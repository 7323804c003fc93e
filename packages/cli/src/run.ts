import { Command, CommanderError } from 'commander'
import { CloudError, errorLine } from './cloud/errors'
import { parseMessage, setUpHelp } from './command'
import { buildCommand, deployCommand, setupCommand } from './commands/deploy'
import { devCommand, localCloudCommand } from './commands/dev'
import { doctorCommand } from './commands/doctor'
import { createCommand, initCommand } from './commands/init'
import { migrateCommand } from './commands/migrate'
import { reconcileCommand } from './commands/reconcile'
import { policyCommand, rulesCommand } from './commands/rules'
import { checkWechatCommand, domainsCommand } from './commands/wechat'
import { forProject, type RunOptions } from './project'
import { withRuleLine } from './ruleSource'
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
    for (const each of [command, ...command.commands]) setUpHelp(each)
  }
  return program
}

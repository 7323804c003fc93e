import { apiError, CLOUD_ERRORS, type CloudError, describeError } from '../cloud/errors'
import { readSettings, secretsOf } from '../cloud/settings'
import { LocalizedCommand } from '../command'
import type { DoctorContext } from '../doctor/checks'
import { SafeOutput } from '../output'
import { loadConfig, type RunOptions, readInputFile } from '../project'
import { type Language, localizedError, readerLanguage, t } from '../text'

interface Options {
  domains?: string
  strict: boolean
  live: boolean
  json: boolean
  yes: boolean
}

export function doctorCommand({ buildPackages }: RunOptions): LocalizedCommand {
  const command = new LocalizedCommand('doctor')
    .describe(
      'Checks everything between this computer and an object in the bucket, and stops at the first error with its cause and fix. Writes one small object and removes it.',
      '检查从本机到存储桶对象的每个环节，停在第一个错误处并说明原因与处理方法。会写入一个小对象并删除。',
    )
    .withOption(
      '--domains <file>',
      "the console's domain lists, as domains --check takes them; - reads standard input",
      '控制台的域名列表，格式同 domains --check；- 表示标准输入',
    )
    .withOption(
      '--strict',
      'exits with 1 for warnings too, such as a key that may do too much',
      '有警告（如密钥权限过大）时也以 1 退出',
      false,
    )
    .withOption(
      '--live',
      'then runs the main scenario with your account, and checks what this kit assumes of Tencent Cloud; everything it writes belongs to two users who do not exist, and is removed',
      '随后用你的账号运行主要流程，并核对本工具包对腾讯云的假设；写入的内容属于两个不存在的用户，结束后清除',
      false,
    )
    .withOption(
      '--json',
      'prints the outcome of each check as JSON on standard output; with --live a report that contains no key and no names of yours',
      '在标准输出以 JSON 打印每项检查的结果；与 --live 合用时打印报告，不含密钥与账号信息',
      false,
    )
    .withOption(
      '--yes',
      'with --live: may change a setting of the bucket for a moment and restores it, without asking',
      '与 --live 合用：不询问即可临时更改存储桶设置并恢复',
      false,
    )
    .withExitCodes(
      '0 no error, 1 an error was found, 2 wrong input.',
      '0 无错误；1 发现错误；2 输入有误。',
    )
    .action(async (options: Options) => {
      if (!options.live && options.yes) {
        throw localizedError(
          'npm run doctor: --yes needs --live',
          'npm run doctor：--yes 须与 --live 合用',
        )
      }
      await examine(options, buildPackages)
    })
  command.addCommand(explainCommand())
  return command
}

function explainCommand(): LocalizedCommand {
  return new LocalizedCommand('explain')
    .describe('Explains an error text or a RequestId.', '解释错误文本或 RequestId。')
    .withArgument(
      '<text...>',
      "the text of an error, a line of a function's log, or a RequestId",
      '错误文本、云函数日志中的一行，或 RequestId',
    )
    .withExitCodes(
      '0 it is known, 1 it is not, 2 wrong input.',
      '0 可以解释；1 无法识别；2 输入有误。',
    )
    .action((texts: string[]) => printExplanation(texts.join(' ').trim()))
}

/** The output of `--json`: the checks up to the first failed one. */
interface DoctorOutcome {
  ok: boolean
  checks: { name: string; ok: boolean; details?: string }[]
  warnings: ErrorInJson[]
  error?: ErrorInJson
}

interface ErrorInJson {
  code: string
  cause: string
  fix: string
}

function inJson({ code, message }: CloudError, language: Language): ErrorInJson {
  return { code, cause: message, fix: CLOUD_ERRORS[code].fix[language] }
}

async function printExplanation(text: string): Promise<void> {
  const { explain, explainRequestId, readRequestId, UNKNOWN } = await import('../doctor/explain')
  const language = readerLanguage()
  const id = readRequestId(text)
  const explanation = id ? await explainRequestId(text, id, language) : explain(text, language)
  new SafeOutput().line(explanation ?? UNKNOWN[language])
  if (explanation === undefined) process.exitCode = 1
}

async function examine(
  { domains, strict, live, json, yes }: Options,
  buildPackages: RunOptions['buildPackages'],
): Promise<void> {
  const { checks } = await import('../doctor/checks')
  const language = readerLanguage()
  const settings = readSettings()
  const output = new SafeOutput(secretsOf(settings))
  const print = (text: string) => (json ? output.error(text) : output.line(text))
  const outcome: DoctorOutcome = { ok: true, checks: [], warnings: [] }
  const context: DoctorContext = {
    config: await loadConfig(),
    settings,
    node: process.versions.node,
    ...(domains === undefined ? {} : { domains: readInputFile(domains) }),
    warn(error) {
      outcome.warnings.push(inJson(error, language))
      print(`! ${describeError(error, language).replaceAll('\n', '\n  ')}`)
      if (strict) process.exitCode = 1
    },
  }
  for (const { name, run } of checks) {
    try {
      const details = await run(context)
      outcome.checks.push({ name: name.en, ok: true, ...(details && { details }) })
      print(`✓ ${name[language]}${details ? `  ${details}` : ''}`)
    } catch (error) {
      const failure = apiError(error, name.en)
      outcome.ok = false
      outcome.checks.push({ name: name.en, ok: false })
      outcome.error = inJson(failure, language)
      print(`✗ ${name[language]}`)
      output.error(`\n${describeError(failure, language)}`)
      process.exitCode = 1
      break
    }
  }
  if (outcome.ok) print(t('No problems found.', '一切正常。'))
  if (!outcome.ok || !live) {
    if (json) output.line(JSON.stringify(outcome))
    return
  }
  await buildPackages?.()
  const { reportLiveProbes } = await import('../doctor/probes/runProbes')
  if (!(await reportLiveProbes(context, output, { isJson: json, isAgreed: yes }))) {
    process.exitCode = 1
  }
}

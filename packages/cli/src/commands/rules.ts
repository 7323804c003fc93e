import { existsSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import {
  accountPolicy,
  checkConfig,
  decide,
  MAX_POLICY_CHARS,
  STRICT_SIGNATURE,
  type TestedFile,
  VERBS,
} from '@miniprogram-cos/server'
import { accessTable } from '../accessTable'
import { LocalizedCommand } from '../command'
import { SafeOutput } from '../output'
import { bucketHost, configFile, loadConfig, projectRoot, sampleWarning } from '../project'
import { reasonText } from '../reasonTexts'
import { ruleLine, withRuleLine } from '../ruleSource'
import { runRuleTests } from '../ruleTests'
import { localizedError, t } from '../text'

/** Default names of files with rule tests. */
const TEST_FILES = ['cos.rules.test.ts', 'cos.rules.test.js']

export function rulesCommand(): LocalizedCommand {
  const command = new LocalizedCommand('rules').describe(
    'Tests and explains the access rules of cos.config.ts.',
    '测试并解释 cos.config.ts 中的访问规则。',
  )
  command.addCommand(testCommand())
  command.addCommand(explainCommand())
  return command
}

interface TestOptions {
  allowGaps?: boolean
  json?: boolean
}

function testCommand(): LocalizedCommand {
  return new LocalizedCommand('test')
    .withArgument(
      '[file]',
      'file of tests (default: cos.rules.test.ts or .js)',
      '测试文件（默认 cos.rules.test.ts 或 .js）',
    )
    .describe(
      'Runs tests of the access rules, and lists their gaps: grants that no test uses, and loosened rules that no test notices.',
      '运行访问规则的测试，并列出测试未覆盖之处：没有测试用到的授权，以及放宽后没有测试发现的规则。',
    )
    .withOption('--allow-gaps', 'succeeds although tests are missing', '即使缺少测试也视为成功')
    .withOption(
      '--json',
      'prints {"tests":[…],"expectations":…,"mutations":…,"untested":[…],"unnoticed":[…]}',
      '打印 {"tests":[…],"expectations":…,"mutations":…,"untested":[…],"unnoticed":[…]}',
    )
    .withExitCodes(
      '0 success, 1 a test failed or is missing, 2 wrong input.',
      '0 成功；1 有测试失败或缺少测试；2 输入有误。',
    )
    .action(async (given: string | undefined, { allowGaps, json }: TestOptions) => {
      const { results, report } = await runRuleTests(testFile(given))
      const failed = results.filter(({ failure }) => failure !== undefined).length
      const gaps = report.untested.length + report.unnoticed.length
      if (failed > 0 || (gaps > 0 && !allowGaps)) process.exitCode = 1
      const output = new SafeOutput()
      if (json) return output.line(JSON.stringify({ tests: results, ...report }))
      for (const { title, failure } of results) {
        output.line(`${failure === undefined ? '✓' : '✗'} ${title}`)
        if (failure !== undefined) output.line(withLines(failure))
      }
      const noticed = report.mutations - report.unnoticed.length
      output.line(
        t(
          `\n${results.length - failed} of ${results.length} tests passed, ${report.expectations} expectations; ${noticed} of ${report.mutations} loosened rules were noticed`,
          `\n${results.length} 个测试中 ${results.length - failed} 个通过，共 ${report.expectations} 个断言；${report.mutations} 种放宽的规则中 ${noticed} 种被发现`,
        ),
      )
      printGaps(
        output,
        t('Granted, but no test uses it:', '已授权，但没有测试用到：'),
        report.untested,
      )
      printGaps(
        output,
        t('Unnoticed when loosened:', '如果规则这样放宽，没有测试会发现：'),
        report.unnoticed,
      )
    })
}

/** @throws Error if there is no such file */
function testFile(given: string | undefined): string {
  const files =
    given === undefined ? TEST_FILES.map((name) => join(projectRoot(), name)) : [resolve(given)]
  const file = files.find((path) => existsSync(path))
  if (file !== undefined) return file
  throw new Error(
    given === undefined
      ? t(
          `there is no ${TEST_FILES.join(' or ')} next to the configuration`,
          `配置文件旁没有 ${TEST_FILES.join(' 或 ')}`,
        )
      : t(`there is no ${given}`, `没有 ${given}`),
  )
}

function printGaps(output: SafeOutput, title: string, gaps: string[]): void {
  if (gaps.length === 0) return
  output.line(`\n${title}`)
  for (const gap of gaps) {
    const at = ruleLine(gap.slice(0, gap.indexOf(': ')))
    output.line(`  ! ${gap}${at ? `  (${at})` : ''}`)
  }
}

/** Adds the line of the rule to a failure. */
function withLines(failure: string): string {
  return failure
    .split('\n')
    .map((line) => `    ${withRuleLine(line)}`)
    .join('\n')
}

interface ExplainOptions {
  size?: string
  type?: string
  json?: boolean
}

function explainCommand(): LocalizedCommand {
  return new LocalizedCommand('explain')
    .withArgument('<openid>', "the user's OPENID, or nobody", '用户的 OPENID，或 nobody')
    .argument('<verb>', VERBS.join(', '))
    .withArgument('<key>', "the object's key, or the prefix of a list", '对象键，或列表的前缀')
    .describe(
      'Says whether a user may do something with a key, and which rule, file and line decide it.',
      '说明某用户能否对某对象键执行操作，以及由哪条规则、哪个文件的哪一行决定。',
    )
    .withOption('--size <size>', 'bytes of an upload, or "3 MB"', '上传的字节数，或 "3 MB"')
    .withOption('--type <type>', 'content type of an upload', '上传内容的类型')
    .withOption(
      '--json',
      'prints {"allowed":…,"rule":…,"line":"file:line","reason":…}',
      '打印 {"allowed":…,"rule":…,"line":"文件:行","reason":…}',
    )
    .withExitCodes('0 allowed, 1 refused, 2 wrong input.', '0 允许；1 拒绝；2 输入有误。')
    .action(async (openid: string, verb: string, key: string, options: ExplainOptions) => {
      const known = VERBS.find((candidate) => candidate === verb)
      if (!known) {
        throw localizedError(
          `the verbs are ${VERBS.join(', ')}, not ${verb}`,
          `操作只能是 ${VERBS.join('、')}，收到 ${verb}`,
        )
      }
      const config = await loadConfig()
      const checked = checkConfig(config)
      const { groups } = checked
      const own = Object.keys(groups).filter((name) => groups[name]?.includes(openid))
      const principal = openid === 'nobody' ? undefined : { openid, groups: own }
      const decision = decide(checked, principal, known, key, fileOf(options))
      const { allowed, rule, trashDays } = decision
      const reason = reasonText(decision)
      const output = new SafeOutput()
      if (!allowed) process.exitCode = 1
      const line = rule === undefined ? undefined : ruleLine(rule)
      if (options.json) {
        output.line(JSON.stringify({ allowed, rule, line, reason: decision.reason, trashDays }))
        return
      }
      output.line(
        allowed
          ? t(`✓ ${openid} may ${verb} ${key}`, `✓ ${openid} 可以 ${verb} ${key}`)
          : t(`✗ ${openid} may not ${verb} ${key}`, `✗ ${openid} 不能 ${verb} ${key}`),
      )
      if (reason !== undefined) output.line(`  ${reason}`)
      if (trashDays !== undefined) {
        output.line(
          t(`  into the trash, for ${trashDays} days`, `  移入回收站，保留 ${trashDays} 天`),
        )
      }
      if (rule !== undefined) output.line(`  → access["${rule}"]${line ? `  ${line}` : ''}`)
    })
}

function fileOf({ size, type }: ExplainOptions): TestedFile {
  const bytes = size === undefined || /^\d+(\.\d+)? (B|KB|MB|GB)$/.test(size) ? size : Number(size)
  if (typeof bytes === 'number' && !(Number.isInteger(bytes) && bytes >= 0)) {
    throw localizedError('--size must be bytes or "3 MB"', '--size 必须是字节数或 "3 MB"')
  }
  return {
    ...(bytes === undefined ? {} : { size: bytes as NonNullable<TestedFile['size']> }),
    ...(type === undefined ? {} : { type }),
  }
}

export function policyCommand(): LocalizedCommand {
  return new LocalizedCommand('policy')
    .describe(
      'Prints who may do what by cos.config.ts, and the least-privilege policy of the account whose key the functions hold.',
      '打印 cos.config.ts 的权限表，以及云函数所用子账号的最小权限策略。',
    )
    .withOption('--json', 'prints the policy and nothing else', '只打印策略')
    .withOption(
      '--role <arn>',
      'for COS_STS_MODE=assume-role: the account may assume this role only',
      '用于 COS_STS_MODE=assume-role：子账号只能扮演该角色',
    )
    .withExitCodes('0 success, 2 wrong input.', '0 成功；2 输入有误。')
    .action(async ({ json, role }: { json?: boolean; role?: string }) => {
      const config = await loadConfig()
      const { rules, bucket, region } = checkConfig(config)
      const warning = sampleWarning(config)
      if (warning) new SafeOutput().error(warning)
      const document = accountPolicy(rules, { bucket, region }, role)
      const policy = JSON.stringify(document, null, 2)
      if (json) return console.log(policy)
      const { length } = JSON.stringify(document)
      const strict = `PUT https://${bucketHost(config)}/?strict-signature\n\n${STRICT_SIGNATURE}`
      console.log(
        t(
          `Who may do what (${basename(configFile())}, bucket ${bucket}, ${region})

${accessTable(rules)}

Policy for the sub-account whose key is in COS_STS_SECRET_ID: CAM console, policies, create by policy syntax.
${length} of CAM's ${MAX_POLICY_CHARS} characters. The account needs programmatic access only, and no other policy.

${policy}

Strict signatures of the bucket: ${strict}`,
          `访问权限（${basename(configFile())}，存储桶 ${bucket}，${region}）

${accessTable(rules)}

COS_STS_SECRET_ID 所属子账号的策略：CAM 控制台 → 策略 → 按策略语法创建。
共 ${length} 个字符（CAM 上限 ${MAX_POLICY_CHARS}）。该子账号只需编程访问，不要授予其他策略。

${policy}

存储桶的严格签名：${strict}`,
        ),
      )
    })
}

import { parseBucket } from '@miniprogram-cos/protocol'
import type { CosConfig } from '@miniprogram-cos/server'
import { confirm, padColumns, type SafeOutput } from '../../output'
import { readerLanguage, t } from '../../text'
import type { DoctorContext } from '../context'
import { type Finding, type Probe, type ProbeResult, SkippedProbe } from './liveCloud'
import { runLiveProbes } from './runLiveProbes'

/**
 * Runs the live probes and prints what was confirmed and what differs.
 * @param isJson prints the report as JSON to standard output, and readable text to standard error
 * @returns whether all assumptions that could be checked were confirmed
 */
export async function reportLiveProbes(
  context: DoctorContext,
  output: SafeOutput,
  { isJson, isAgreed }: { isJson: boolean; isAgreed: boolean },
): Promise<boolean> {
  const print = (text: string) => (isJson ? output.error(text) : output.line(text))
  print(t('\nThe main job, with the real STS and COS:', '\n使用真实的 STS 与 COS 运行主要功能：'))
  const report = await runLiveProbes(context, {
    onSecret: (secret) => output.hide(secret),
    onStep: ({ isGood, text }) => print(`${isGood ? '✓' : '✗'} ${text}`),
    onFinding: (finding, probe) => print(describeFinding(finding, probe)),
    agree: async (what) =>
      isAgreed ||
      (await confirm(
        t(`A probe may change ${what.en}. Continue?`, `一项探测可能更改${what.zh}。继续吗？`),
      )) === true,
  }).catch((error) => {
    if (!(error instanceof SkippedProbe)) throw error
    print(`✗ ${error.message}`)
  })
  if (!report) return false
  const { mainJob, assumptions } = report
  const count = (result: ProbeResult) => assumptions.filter((one) => one.result === result).length
  const passed = mainJob.filter(({ isGood }) => isGood).length
  const [same, different] = [count('confirmed'), count('different')]
  const [skipped, byHand] = [count('not probed'), count('by hand')]
  print(
    t(
      `\nMain job: ${passed} of ${mainJob.length} steps held.\nAssumptions: ${same} confirmed, ${different} different, ${skipped} not probed, ${byHand} to be checked by hand.`,
      `\n主要功能：${mainJob.length} 步中通过 ${passed} 步。\n假设：${same} 项确认，${different} 项不符，${skipped} 项未探测，${byHand} 项需人工核对。`,
    ),
  )
  print(
    t(
      'Everything that was written is removed. Please share the report (--json): it does not name your account.',
      '写入的内容已全部清除。欢迎分享报告（--json），其中不含账号信息。',
    ),
  )
  if (isJson) output.line(anonymize(JSON.stringify(report, null, 2), context.config))
  return passed === mainJob.length && different === 0
}

const SIGNS: Record<ProbeResult, [sign: string, zh: string]> = {
  confirmed: ['✓', '确认'],
  different: ['✗', '不符'],
  'not probed': ['·', '未探测'],
  'by hand': ['?', '人工核对'],
}

/** Describes the assumption and, if it is wrong, the observation. */
function describeFinding(
  { result, looks = [], why }: Finding,
  { id, assumed, byHand }: Probe,
): string {
  const language = readerLanguage()
  const [sign, zh] = SIGNS[result]
  const different = looks.filter(({ expected, seen }) => expected !== seen)
  return [
    `${sign} ${padColumns(t(result, zh), 10)} ${id}: ${assumed[language]}`,
    ...different.map(
      ({ what, expected, seen }) =>
        `    ${what}: ${t(`${seen}, not ${expected}`, `${seen}，预期 ${expected}`)}`,
    ),
    ...(why ? [`    ${why}`] : []),
    ...(byHand ? [`    ${t('by hand', '人工核对')}: ${byHand[language]}`] : []),
  ].join('\n')
}

/** A report without the names of the account, the bucket and the environment. */
function anonymize(text: string, { bucket, env, appid }: CosConfig): string {
  const names: [name: string | undefined, instead: string][] = [
    [bucket, 'BUCKET-APPID'],
    [env, 'ENV'],
    [appid, 'WXAPPID'],
    [parseBucket(bucket)?.appid, 'APPID'],
  ]
  return names.reduce(
    (shown, [name, instead]) => (name ? shown.replaceAll(name, instead) : shown),
    text,
  )
}

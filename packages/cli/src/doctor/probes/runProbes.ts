import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseBucket } from '@miniprogram-cos/protocol'
import type { CosConfig } from '@miniprogram-cos/server'
import { proxyAgent } from '../../cloud/bucketChecks'
import { apiError } from '../../cloud/errors'
import { functionKey } from '../../cloud/settings'
import { buildFunctions } from '../../deploy/buildFunctions'
import { createPhone, nodeReader } from '../../dev/clients'
import { chooseFiles, runScenario, SAMPLES } from '../../dev/scenario'
import { confirm, padColumns, type SafeOutput } from '../../output'
import { deployedFunctions } from '../../project'
import { readerLanguage, type Text, t } from '../../text'
import { OTHER_USER, PROBE_USER } from '../accessCheck'
import type { DoctorContext } from '../checks'
import { accessProbes } from './access'
import {
  elements,
  type Finding,
  LiveCloud,
  type Probe,
  type ProbeResult,
  SkippedProbe,
} from './liveCloud'
import { objectProbes } from './objects'
import { phoneProbes, platformProbes } from './platform'

/** All assumptions of this kit about the real services, in the order in which CONTRIBUTING.md lists them. */
export const probes: Probe[] = [...accessProbes, ...objectProbes, ...platformProbes, ...phoneProbes]

/** The results of a run against the real cloud. */
export interface LiveReport {
  time: string
  node: string
  region: string
  /** The steps of the main scenario. Named so in reports. */
  mainJob: Step[]
  assumptions: Finding[]
}

export interface LiveOptions {
  /** Called with each result. */
  onStep: (step: Step) => void
  onFinding: (finding: Finding, probe: Probe) => void
  onSecret: (secret: string) => void
  /** Asks whether a setting of the bucket may be changed temporarily. */
  agree: (change: Text) => Promise<boolean>
}

/**
 * Runs the main scenario with the user's own account, then all probes. Writes to the folders of two users who do not
 * exist, and removes everything afterwards.
 * @throws SkippedProbe if the access rules do not permit it
 */
async function runLiveProbes(context: DoctorContext, options: LiveOptions): Promise<LiveReport> {
  const live = new LiveCloud(context, options.onSecret)
  const usualAgent = https.globalAgent
  // Requests of this module and of the simulated phones use the proxy, as those of the libraries do.
  https.globalAgent = proxyAgent(context.settings.http_proxy) ?? usualAgent
  try {
    await removeObjects(live)
    const steps = await runLiveScenario(context, live.limitingRule === undefined)
    for (const step of steps) options.onStep(step)
    const assumptions: Finding[] = []
    for (const probe of probes) {
      const finding = await runProbe(live, probe, options.agree)
      options.onFinding(finding, probe)
      assumptions.push(finding)
    }
    const { region } = context.config
    return {
      time: new Date().toISOString(),
      node: context.node,
      region,
      mainJob: steps,
      assumptions,
    }
  } finally {
    await removeObjects(live).finally(() => {
      https.globalAgent = usualAgent
    })
  }
}

async function runProbe(
  live: LiveCloud,
  { id, assumed, byHand, run, mayChange }: Probe,
  agree: LiveOptions['agree'],
): Promise<Finding> {
  const finding = { id, assumed: assumed.en }
  if (!run) return { ...finding, result: 'by hand', ...(byHand && { byHand: byHand.en }) }
  if (live.limitingRule !== undefined) {
    const why = t(
      `${live.limitingRule} in cos.config.ts limits sizes or types: probes need a rule without`,
      `cos.config.ts 的 ${live.limitingRule} 限制了大小或类型：探测需要不带限制的规则`,
    )
    return { ...finding, result: 'not probed', why }
  }
  if (mayChange !== undefined && !(await agree(mayChange))) {
    const why = t(
      `it may change ${mayChange.en}: agree, or --yes`,
      `可能更改${mayChange.zh}：请同意，或使用 --yes`,
    )
    return { ...finding, result: 'not probed', why }
  }
  try {
    const looks = await run(live)
    const isSame = looks.every(({ expected, seen }) => expected === seen)
    return { ...finding, result: isSame ? 'confirmed' : 'different', looks }
  } catch (error) {
    const why = error instanceof SkippedProbe ? error.message : apiError(error, id).message
    return { ...finding, result: 'not probed', why }
  }
}

/** Removes all objects and uploads of this run and earlier ones. */
async function removeObjects(live: LiveCloud): Promise<void> {
  for (const prefix of live.prefixes) {
    const query = { prefix, 'max-keys': '1000' }
    const { body } = await live.send({ query })
    for (const Key of elements(body, 'Key')) await live.send({ method: 'DELETE', path: `/${Key}` })
    const uploads = await live.send({ query: { uploads: '', prefix } })
    const ids = elements(uploads.body, 'UploadId')
    for (const [i, Key] of elements(uploads.body, 'Key').entries()) {
      await live.send({ method: 'DELETE', path: `/${Key}`, query: { uploadId: ids[i] ?? '' } })
    }
  }
}

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
  print(
    t('\nThe main scenario, with the real STS and COS:', '\n使用真实的 STS 与 COS 运行主要流程：'),
  )
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
  const { mainJob: steps, assumptions } = report
  const count = (result: ProbeResult) =>
    assumptions.filter((finding) => finding.result === result).length
  const passed = steps.filter(({ isGood }) => isGood).length
  const [same, different] = [count('confirmed'), count('different')]
  const [skipped, byHand] = [count('not probed'), count('by hand')]
  print(
    t(
      `\nMain scenario: ${passed} of ${steps.length} steps passed.\nAssumptions: ${same} confirmed, ${different} different, ${skipped} not probed, ${byHand} to be checked by hand.`,
      `\n主要流程：${steps.length} 步中通过 ${passed} 步。\n假设：${same} 项确认，${different} 项不符，${skipped} 项未探测，${byHand} 项需人工核对。`,
    ),
  )
  print(
    t(
      'Everything that was written is removed. Please share the report (--json): it does not name your account.',
      '写入的内容已全部清除。欢迎分享报告（--json），其中不含账号信息。',
    ),
  )
  if (isJson) output.line(anonymize(JSON.stringify(report, null, 2), context.config))
  return passed === steps.length && different === 0
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

/** The result of one step of the main scenario. */
export interface Step {
  isGood: boolean
  text: string
}

/** Large enough for an upload in parts, small enough for a slow connection. */
const LARGE_BYTES = 3 * 1024 * 1024

/**
 * Runs the main scenario of `dev` with the real STS and COS. Two things are simulated: the functions run on this computer,
 * because only a phone can call them as a user, and the phones are simulated phones.
 */
async function runLiveScenario(
  { config, settings }: DoctorContext,
  mayUploadInParts: boolean,
): Promise<Step[]> {
  await buildFunctions()
  const { startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  const { SecretId, SecretKey } = functionKey(settings)
  const { http_proxy } = settings
  const variables = {
    COS_STS_SECRET_ID: SecretId,
    COS_STS_SECRET_KEY: SecretKey,
    // Without an endpoint: the real STS.
    COS_STS_ENDPOINT: '',
    ...(http_proxy ? { http_proxy } : {}),
  }
  const host = await startLocalCloud({
    functions: deployedFunctions().map((deployed) => ({ ...deployed, variables })),
    env: config.env,
    onFunctionOutput: () => {},
  })
  const folder = await mkdtemp(join(tmpdir(), 'doctor-live-'))
  const steps: Step[] = []
  const reporter = {
    title() {},
    line() {},
    bar() {},
    check: (isGood: boolean, text: string) => void steps.push({ isGood, text }),
  }
  try {
    const large = join(folder, `large-${randomBytes(6).toString('hex')}.png`)
    await writeFile(large, randomBytes(LARGE_BYTES))
    const files = await chooseFiles(mayUploadInParts ? [...SAMPLES, large] : SAMPLES, folder)
    const createUser = (name: string, openid: string) =>
      createPhone({ functions: host.functions }, { name, openid }, folder, config)
    const one = await createUser(t('one user', '一个用户'), PROBE_USER)
    const other = await createUser(t('another user', '另一个用户'), OTHER_USER)
    await runScenario(nodeReader, [one, other], files, reporter)
  } catch (error) {
    const { message } = error as Error
    reporter.check(false, t(`the main scenario stopped: ${message}`, `运行中止：${message}`))
  } finally {
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  return steps
}

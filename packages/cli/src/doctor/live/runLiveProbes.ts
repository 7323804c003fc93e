import https from 'node:https'
import { proxyAgent } from '../../cloud/bucketChecks'
import { apiError } from '../../cloud/errors'
import { type Text, t } from '../../text'
import type { DoctorContext } from '../context'
import { multipartProbes } from '../probes/multipart'
import { objectsProbes } from '../probes/objects'
import { phoneProbes, platformProbes } from '../probes/platform'
import { policiesProbes } from '../probes/policies'
import { signaturesProbes } from '../probes/signatures'
import type { Finding, Probe } from './liveCloud'
import { elements, LiveCloud, SkippedProbe } from './liveCloud'
import { runLiveMainJob, type Step } from './mainJob'

/** All assumptions of this kit about the real services, in the order in which CONTRIBUTING.md lists them. */
export const probes: Probe[] = [
  ...signaturesProbes,
  ...policiesProbes,
  ...objectsProbes,
  ...multipartProbes,
  ...platformProbes,
  ...phoneProbes,
]

/** The results of a run against the real cloud. */
export interface LiveReport {
  time: string
  node: string
  region: string
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
 * Runs the main job with the user's own account, then all probes. Writes to the folders of two users who do not exist, and
 * removes everything afterwards.
 * @throws SkippedProbe if the access rules do not permit it
 */
export async function runLiveProbes(
  context: DoctorContext,
  options: LiveOptions,
): Promise<LiveReport> {
  const live = new LiveCloud(context, options.onSecret)
  const usualAgent = https.globalAgent
  // Requests of this module and of the simulated phones use the proxy, as those of the libraries do.
  https.globalAgent = proxyAgent(context.settings.http_proxy) ?? usualAgent
  try {
    await removeObjects(live)
    const mainJob = await runLiveMainJob(context, live.limitingRule === undefined)
    for (const step of mainJob) options.onStep(step)
    const assumptions: Finding[] = []
    for (const probe of probes) {
      const finding = await runProbe(live, probe, options.agree)
      options.onFinding(finding, probe)
      assumptions.push(finding)
    }
    const { region } = context.config
    return { time: new Date().toISOString(), node: context.node, region, mainJob, assumptions }
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

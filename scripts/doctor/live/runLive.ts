import https, { type Agent } from 'node:https'
import createProxyAgent from 'https-proxy-agent'
import { apiFault } from '../../cloud/apiFault'
import type { Patient } from '../check'
import { type Assumption, type Finding, NotProbed } from './assumption'
import { ASSUMPTIONS } from './assumptions'
import { LiveCloud } from './liveCloud'
import { mainJobLive, type Step } from './mainJobLive'

/** What a run with the real cloud has found. */
export interface LiveReport {
  time: string
  node: string
  region: string
  mainJob: Step[]
  assumptions: Finding[]
}

export interface LiveOptions {
  /** Told each result as it comes. */
  onStep: (step: Step) => void
  onFinding: (finding: Finding) => void
  onSecret: (secret: string) => void
  /** Whether a setting of the bucket may be changed for a moment. */
  agree: (what: string) => Promise<boolean>
}

/**
 * Does the main job with the user's own account, then looks at each assumption. What it writes lies in the folders
 * of two users who do not exist, and is gone afterwards.
 * @throws NotProbed when the access rules leave no room for it
 */
export async function runLive(patient: Patient, options: LiveOptions): Promise<LiveReport> {
  const live = new LiveCloud(patient, options.onSecret)
  const { http_proxy } = patient.settings
  const usualAgent = https.globalAgent
  // What sends requests by itself, the simulated phones too, goes through the proxy as the libraries do.
  if (http_proxy) https.globalAgent = createProxyAgent(http_proxy) as unknown as Agent
  try {
    await live.cleanUp()
    const mainJob = await mainJobLive(patient, live.limitingRule === undefined)
    for (const step of mainJob) options.onStep(step)
    const assumptions: Finding[] = []
    for (const one of ASSUMPTIONS) {
      const finding = await look(live, one, options.agree)
      options.onFinding(finding)
      assumptions.push(finding)
    }
    const { region } = patient.config
    return { time: new Date().toISOString(), node: patient.node, region, mainJob, assumptions }
  } finally {
    await live.cleanUp().finally(() => {
      https.globalAgent = usualAgent
    })
  }
}

async function look(
  live: LiveCloud,
  { id, assumed, byHand, probe, mayChange }: Assumption,
  agree: LiveOptions['agree'],
): Promise<Finding> {
  const finding = { id, assumed }
  if (!probe) return { ...finding, result: 'by hand', ...(byHand ? { byHand } : {}) }
  if (live.limitingRule !== undefined) {
    const why = `${live.limitingRule} in cos.config.ts limits sizes or types: probes need a rule without`
    return { ...finding, result: 'not probed', why }
  }
  if (mayChange !== undefined && !(await agree(mayChange))) {
    return { ...finding, result: 'not probed', why: `it may change ${mayChange}: agree, or --yes` }
  }
  try {
    const looks = await probe(live)
    const isSame = looks.every(({ expected, seen }) => expected === seen)
    return { ...finding, result: isSame ? 'confirmed' : 'different', looks }
  } catch (error) {
    const why = error instanceof NotProbed ? error.message : apiFault(error, id).message
    return { ...finding, result: 'not probed', why }
  }
}

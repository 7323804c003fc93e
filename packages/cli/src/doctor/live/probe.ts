import type { LiveCloud } from './liveCloud'

/** One observation: what was expected, and what was seen. */
interface Observation {
  what: string
  expected: string
  seen: string
}

/** An assumption about Tencent's or WeChat's services that no document settles, and how to check it. */
export interface Probe {
  /** Stable: reports are compared by it. */
  id: string
  /** As CONTRIBUTING.md lists it. */
  assumed: string
  /** Checks it from a computer. @throws SkippedProbe where this account does not permit it */
  run?: (live: LiveCloud) => Promise<Observation[]>
  /** A setting of the bucket that the probe might change. It asks first, and restores the setting. */
  mayChange?: string
  /** How a person can check it, on a phone or in a console. */
  byHand?: string
}

export type ProbeResult = 'confirmed' | 'different' | 'not probed' | 'by hand'

/** The result of a probe. */
export interface Finding extends Pick<Probe, 'id' | 'assumed' | 'byHand'> {
  result: ProbeResult
  /** Named so in reports. */
  looks?: Observation[]
  why?: string
}

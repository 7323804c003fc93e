import type { LiveCloud } from './liveCloud'

/** One observation: the expected and the actual behaviour. */
interface Observation {
  what: string
  expected: string
  seen: string
}

/** An assumption about Tencent's or WeChat's services that no document settles, and how to check it. */
export interface Probe {
  /** A stable id, by which reports are compared. */
  id: string
  /** The text in CONTRIBUTING.md. */
  assumed: string
  /** Checks it from a computer. @throws SkippedProbe if this account does not permit it */
  run?: (live: LiveCloud) => Promise<Observation[]>
  /** A setting of the bucket that the probe changes, after asking, and restores. */
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

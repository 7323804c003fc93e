import type { LiveCloud } from './liveCloud'

/** One thing that was looked at: what should be seen, and what was. */
interface Look {
  what: string
  expected: string
  seen: string
}

/** Something this kit takes for true of Tencent's or WeChat's services, which no document settles. */
export interface Assumption {
  /** Stable: reports are compared by it. */
  id: string
  /** As CONTRIBUTING.md lists it. */
  assumed: string
  /** How a computer can see it. @throws NotProbed where this account does not let it */
  probe?: (live: LiveCloud) => Promise<Look[]>
  /** A setting of the bucket that the probe might change; it asks first, and puts back what was there. */
  mayChange?: string
  /** How a person can see it: on a phone, or in a console. */
  byHand?: string
}

/** A probe that this account, its rights or its rules leave no room for. */
export class NotProbed extends Error {}

export type Result = 'confirmed' | 'different' | 'not probed' | 'by hand'

/** What became of an assumption. */
export interface Finding extends Pick<Assumption, 'id' | 'assumed' | 'byHand'> {
  result: Result
  looks?: Look[]
  why?: string
}

import { Fault } from '../answer/fault'
import { Pace } from './pace'
import type { CosRequest } from './request'

/** Limits of `x-cos-traffic-limit`, in bit/s (document 436/40140). */
const MIN_BITS = 819_200
const MAX_BITS = 838_860_800

/** What a request allows itself. @throws Fault `InvalidArgument` */
export function trafficLimitOf({ headers, query }: CosRequest): Pace | undefined {
  return readTrafficLimit(headers['x-cos-traffic-limit'] ?? query['x-cos-traffic-limit'])
}

/** `x-cos-traffic-limit`. @throws Fault `InvalidArgument` */
export function readTrafficLimit(text: string | undefined): Pace | undefined {
  if (text === undefined) return undefined
  const bits = /^\d+$/.test(text) ? Number(text) : 0
  if (bits < MIN_BITS || bits > MAX_BITS) {
    throw new Fault('InvalidArgument', 'The traffic limit must be 819200 to 838860800 bit/s.')
  }
  return new Pace(bits / 8)
}

import { Fault } from './fault'
import type { CosRequest } from './request'

/** Limits of `x-cos-traffic-limit`, in bit/s (document 436/40140). */
const MIN_BITS = 819_200
const MAX_BITS = 838_860_800

/** What a request allows itself, in bytes per second. @throws Fault `InvalidArgument` */
export function trafficLimitOf({ headers, query }: CosRequest): number | undefined {
  return readTrafficLimit(headers['x-cos-traffic-limit'] ?? query['x-cos-traffic-limit'])
}

/** `x-cos-traffic-limit` in bytes per second. @throws Fault `InvalidArgument` */
export function readTrafficLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const bits = /^\d+$/.test(text) ? Number(text) : 0
  if (bits < MIN_BITS || bits > MAX_BITS) {
    throw new Fault('InvalidArgument', 'The traffic limit must be 819200 to 838860800 bit/s.')
  }
  return bits / 8
}

/** Lets bytes through at a pace, in steps of a twentieth of a second. */
export async function* paced(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
): AsyncGenerator<Uint8Array> {
  const step = Math.max(Math.floor(bytesPerSecond / 20), 1)
  const started = Date.now()
  let passed = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += step) {
      const piece = chunk.subarray(at, at + step)
      passed += piece.length
      const due = started + (passed / bytesPerSecond) * 1000
      const wait = due - Date.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      yield piece
    }
  }
}

import type { IncomingMessage } from 'node:http'
import { type Answer, bytesOf } from '../answer/answer'
import { Fault } from '../answer/fault'
import { Pace, paced } from '../request/pace'
import type { FaultAction } from './faultPlan'

/** Thrown instead of an answer: the connection is cut. */
export class Dropped extends Error {}

/** What goes wrong before the work. @throws Fault, Dropped */
export async function faultBefore(actions: FaultAction[], raw: IncomingMessage): Promise<void> {
  for (const action of actions) {
    if (action.kind === 'latency') {
      await new Promise((resolve) => setTimeout(resolve, action.milliseconds))
    } else if (action.kind === 'error') {
      throw new Fault(action.code)
    } else if (action.kind === 'drop' && action.when === 'before') {
      throw new Dropped()
    } else if (action.kind === 'drop' && action.when === 'during') {
      raw.once('data', () => raw.destroy())
    }
  }
}

/** What goes wrong with the answer. @throws Dropped */
export function faultAfter(actions: FaultAction[], given: Answer, now: number): Answer {
  let answer = given
  for (const action of actions) {
    const { body } = answer
    if (action.kind === 'drop') throw new Dropped()
    if (action.kind === 'date') {
      const Date_ = new Date(now + action.seconds * 1000).toUTCString()
      answer = { ...answer, headers: { ...answer.headers, Date: Date_ } }
    } else if (action.kind === 'truncate' && body !== undefined) {
      const whole = bytesOf(body)
      const isWhole = typeof body === 'string' || Buffer.isBuffer(body)
      const length = isWhole ? Buffer.byteLength(body) : undefined
      const headers: Answer['headers'] = length === undefined ? {} : { 'Content-Length': length }
      answer = {
        ...answer,
        headers: { ...headers, ...answer.headers },
        body: truncated(whole, action.bytes),
      }
    } else if (action.kind === 'bandwidth' && body !== undefined && typeof body !== 'string') {
      answer = { ...answer, body: paced(bytesOf(body), pacesOf([action])) }
    }
  }
  return answer
}

const shared = new WeakMap<FaultAction, Pace>()

/** The paces that faults set: each request its own, or one for all that meet the same rule. */
export function pacesOf(actions: FaultAction[]): Pace[] {
  return actions.flatMap((action) => {
    if (action.kind !== 'bandwidth') return []
    const pace = shared.get(action) ?? new Pace(action.bytesPerSecond)
    if (action.shared) shared.set(action, pace)
    return [pace]
  })
}

async function* truncated(
  source: AsyncIterable<Uint8Array>,
  bytes: number,
): AsyncGenerator<Uint8Array> {
  let left = bytes
  for await (const chunk of source) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) break
  }
  throw new Dropped()
}

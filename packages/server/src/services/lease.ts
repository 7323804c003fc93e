import { FunctionError } from '../errors'
import { type RecordStore, recordId } from './records'

/** Unix milliseconds, and waiting. */
export interface Clock {
  now(): number
  sleep(milliseconds: number): Promise<void>
}

export const REAL_CLOCK: Clock = {
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}

/** A record that lets one call at a time move the objects of a key. */
export interface Lease {
  /** End of the lease, in Unix milliseconds. */
  until: number
}

/** Longer than a cloud function can run: when a lease ends, the call that took it is no longer running. */
export const LEASE_MILLISECONDS = 130_000
/** How often a call waits for another one: four seconds in all. */
const MAX_WAITS = 14
const MAX_WAIT_MILLISECONDS = 400

/** Waits for a lease of another call: first for milliseconds, then longer each time. @param waits from 1 */
export function waitForLease(clock: Clock, waits: number): Promise<void> {
  return clock.sleep(Math.min(10 * 2 ** waits, MAX_WAIT_MILLISECONDS))
}

/**
 * Runs a function while no other call, on any instance, runs one for the same key.
 * @throws FunctionError `KitInternal`, retryable, when another call takes too long
 */
export async function withLease<Result>(
  records: RecordStore<Lease>,
  key: string,
  clock: Clock,
  run: () => Promise<Result>,
): Promise<Result> {
  const id = recordId(key)
  for (let waits = 0; ; ) {
    const record = await records.get(id)
    const now = clock.now()
    if (!record || record.value.until <= now) {
      const version = record?.version
      if (await records.put(id, { until: now + LEASE_MILLISECONDS }, version)) {
        try {
          return await run()
        } finally {
          await records.remove(id, (version ?? 0) + 1)
        }
      }
    }
    if (waits++ >= MAX_WAITS) {
      const message = 'another call is moving this object'
      throw new FunctionError('KitInternal', message, { retryable: true })
    }
    await waitForLease(clock, waits)
  }
}

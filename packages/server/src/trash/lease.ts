import { createHash } from 'node:crypto'
import { FunctionError } from '../errors'
import type { Clock } from '../hooks/uploadRecords'
import type { RecordStore } from '../records'

/** A record that lets one call at a time move the objects of a key. */
export interface Lease {
  /** End of the lease, in Unix milliseconds. */
  until: number
}

/** Longer than a cloud function can run: when a lease ends, the call that took it is no longer running. */
const LEASE_MILLISECONDS = 130_000
const MAX_WAITS = 14
const MAX_WAIT_MILLISECONDS = 400

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
  const id = createHash('sha256').update(key).digest('hex').slice(0, 40)
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
    await clock.sleep(Math.min(10 * 2 ** waits, MAX_WAIT_MILLISECONDS))
  }
}

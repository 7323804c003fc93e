import type { XmlElement } from '@miniprogram-cos/protocol'
import type { BucketRecord, ObjectRecord } from './store/records'
import type { Store } from './store/store'
import { element, elements, integer, parseRoot, text } from './xmlElements'

const DAY_MS = 24 * 60 * 60 * 1000
/** COS begins at midnight in Beijing (document 436/17028); here objects are removed within an hour. */
const INTERVAL_MS = 60 * 60 * 1000

/** A rule that removes objects some days after they were last modified. */
interface ExpirationRule {
  prefix: string
  days: number
}

/**
 * Applies the lifecycle rules of all buckets now and once an hour: enabled rules with `Expiration` by `Days`, for all keys
 * or those with a prefix. Other conditions and actions have no effect.
 * @param clock Unix milliseconds
 * @returns a function that stops this and resolves when no removal is in progress
 */
export async function startLifecycle(
  store: Store,
  clock: () => number,
): Promise<() => Promise<void>> {
  await removeExpired(store, clock())
  let running = Promise.resolve()
  const timer = setInterval(() => {
    // A bucket may be deleted meanwhile: the next hour tries again.
    running = running.then(() => removeExpired(store, clock())).catch(() => {})
  }, INTERVAL_MS)
  timer.unref()
  return () => {
    clearInterval(timer)
    return running
  }
}

async function removeExpired(store: Store, now: number): Promise<void> {
  for (const bucket of store.buckets.list()) {
    for (const { prefix, days } of expirationRules(bucket)) {
      const isExpired = ({ lastModified }: ObjectRecord) =>
        Date.parse(lastModified) + days * DAY_MS <= now
      const keys: string[] = []
      await store.objects.scan(bucket.name, prefix, '', (record) => {
        if (isExpired(record)) keys.push(record.key)
        return 'next'
      })
      for (const key of keys) await store.objects.deleteIf(bucket, key, isExpired)
    }
  }
}

function expirationRules({ documents }: BucketRecord): ExpirationRule[] {
  const document = documents?.lifecycle
  if (!document) return []
  return elements(parseRoot(document, 'LifecycleConfiguration'), 'Rule').flatMap((rule) => {
    const days = integer(element(rule, 'Expiration') ?? {}, 'Days', 1)
    const prefix = readPrefix(rule)
    const isApplied = text(rule, 'Status') === 'Enabled' && days !== undefined
    return isApplied && prefix !== undefined ? [{ prefix, days }] : []
  })
}

/** @returns undefined for a rule with another condition than a prefix */
function readPrefix(rule: XmlElement): string | undefined {
  const filter = element(rule, 'Filter')
  const { Prefix = '' } = filter ?? rule
  const isAlone = Object.keys(filter ?? {}).every((name) => name === 'Prefix')
  return isAlone && typeof Prefix === 'string' ? Prefix : undefined
}

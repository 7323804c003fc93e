import type { Activity, RecordUpdate, RequestRecord } from './protocol'

/** Rows kept for a page that is opened later. */
const MAX_RECORDS = 400

/** Milliseconds that the cloud's report of a request waits for the phone that sent it. */
const JOIN_MS = 400

/** Collects what phones send and what the cloud reports of it into one record for each request. */
export class RequestLog {
  readonly #records = new Map<string, RequestRecord>()
  /** Reports of the cloud by its request id that no phone has claimed yet. */
  readonly #unclaimed = new Map<string, { activity: Activity; timer: NodeJS.Timeout }>()
  readonly #listeners = new Set<(update: RecordUpdate) => void>()

  /** Adds a record, or changes of it. */
  update(update: RecordUpdate): void {
    const known = this.#records.get(update.id)
    const record = { who: '', time: '', operation: '', key: '', ...known, ...update }
    this.#records.set(update.id, record)
    const [oldest] = this.#records.keys()
    if (this.#records.size > MAX_RECORDS && oldest !== undefined) this.#records.delete(oldest)
    for (const listener of this.#listeners) listener(update)
  }

  /** A request that the cloud has served. If a phone has sent it, its own record gets the decision. */
  report(activity: Activity): void {
    const { requestId } = activity
    if (requestId === undefined) {
      this.update({ id: crypto.randomUUID(), ...activity })
      return
    }
    // The phone learns this id from the response, which is sent after the cloud has reported it.
    const timer = setTimeout(() => {
      this.#unclaimed.delete(requestId)
      this.update({ id: requestId, ...activity })
    }, JOIN_MS)
    this.#unclaimed.set(requestId, { activity, timer })
  }

  /** Gives the cloud's report of a request to the record of the phone that sent it. */
  join(id: string, requestId: string): void {
    const waiting = this.#unclaimed.get(requestId)
    if (!waiting) return
    clearTimeout(waiting.timer)
    this.#unclaimed.delete(requestId)
    const { code, decision, key } = waiting.activity
    this.update({
      id,
      ...(code ? { code } : {}),
      ...(decision ? { decision } : {}),
      // Of a form, the key is in the body.
      ...(key && !this.#records.get(id)?.key ? { key } : {}),
    })
  }

  /** @returns ends listening */
  listen(listener: (update: RecordUpdate) => void): () => void {
    for (const record of this.#records.values()) listener(record)
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  close(): void {
    for (const { timer } of this.#unclaimed.values()) clearTimeout(timer)
  }
}

const SECRET_PARAM = /((?:^|[?&;,\s])(?:x-cos-security-token|q-signature|sign)=)[^&\s]+/gi
const SECRET_HEADER = /token|cookie|secret|api-?key/i

/** A URL, or another list of parameters, without signatures and tokens. */
export function maskSecrets(text: string): string {
  return text.replace(SECRET_PARAM, '$1…')
}

/** Headers without signatures and tokens. */
export function maskHeaders(headers: Record<string, unknown>): Record<string, string> {
  const masked: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const text = Array.isArray(value) ? value.join(', ') : String(value)
    const isSigned = name.toLowerCase() === 'authorization' && text.includes('q-signature=')
    if (isSigned) masked[name] = maskSecrets(text)
    else if (SECRET_HEADER.test(name) || name.toLowerCase() === 'authorization')
      masked[name] = `… (${text.length} characters)`
    else masked[name] = text
  }
  return masked
}

/** The code of an error in XML or JSON. */
export function readErrorCode(text: string): string | undefined {
  return /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? /"code"\s*:\s*"([^"]+)"/i.exec(text)?.[1]
}

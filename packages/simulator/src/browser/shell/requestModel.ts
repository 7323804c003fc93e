import type { RecordUpdate, RequestRecord } from '../../preview/protocol'

/** Refused for lack of permission, cancelled by the app, or failed for any other reason. */
export type Outcome = 'cancelled' | 'failed' | 'ok' | 'refused' | 'running'

/** A row of the panel: one request, or all requests of an upload in parts. */
export interface RequestRow {
  id: string
  /** In the order in which they were sent. */
  records: RequestRecord[]
  isUpload: boolean
}

/** Rows kept on the page. */
const MAX_ROWS = 500

export function outcomeOf({ status, failure }: RequestRecord): Outcome {
  if (failure !== undefined) return /^abort/.test(failure) ? 'cancelled' : 'failed'
  if (status === undefined) return 'running'
  if (status === 401 || status === 403) return 'refused'
  return status >= 400 ? 'failed' : 'ok'
}

/** All requests by row. */
export class RequestModel {
  readonly #records = new Map<string, RequestRecord>()
  readonly #rowsByRequest = new Map<string, RequestRow>()
  /** The latest upload of each phone and key. */
  readonly #uploads = new Map<string, RequestRow>()
  readonly rows = new Map<string, RequestRow>()

  /** @returns the row that has changed; undefined for a change of an unknown request */
  apply(update: RecordUpdate, unsent: Partial<RequestRecord> = {}): RequestRow | undefined {
    const known = this.#records.get(update.id)
    if (known) {
      Object.assign(known, update)
      return this.#rowsByRequest.get(known.id)
    }
    const record: RequestRecord = {
      who: '',
      time: new Date().toISOString(),
      operation: '',
      key: '',
      ...unsent,
      ...update,
    }
    if (record.operation === '') return undefined
    this.#records.set(record.id, record)
    const row = record.upload ? this.#uploadRow(record) : this.#newRow(record, false)
    this.#rowsByRequest.set(record.id, row)
    return row
  }

  clear(): void {
    this.#records.clear()
    this.#rowsByRequest.clear()
    this.#uploads.clear()
    this.rows.clear()
  }

  /** The row of an upload in progress, or a new one. */
  #uploadRow(record: RequestRecord): RequestRow {
    const place = `${record.who} ${record.key}`
    const current = this.#uploads.get(place)
    const { id, step } = record.upload ?? {}
    const known = current?.records.find(({ upload }) => upload?.id !== undefined)?.upload?.id
    const isSame = step !== 'begin' && (id === undefined || known === undefined || id === known)
    if (current && isSame) {
      current.records.push(record)
      return current
    }
    const row = this.#newRow(record, true)
    this.#uploads.set(place, row)
    return row
  }

  #newRow(record: RequestRecord, isUpload: boolean): RequestRow {
    const row = { id: record.id, records: [record], isUpload }
    this.rows.set(row.id, row)
    const [oldest] = this.rows.values()
    if (this.rows.size > MAX_ROWS && oldest) {
      this.rows.delete(oldest.id)
      for (const { id } of oldest.records) {
        this.#records.delete(id)
        this.#rowsByRequest.delete(id)
      }
    }
    return row
  }
}

/** The content of one row. */
export interface RowSummary {
  outcome: Outcome
  operation: string
  /** `200`, `403 AccessDenied`, `aborted`. */
  status: string
  /** Why it was refused; empty otherwise. */
  note: string
  bytes: number
  milliseconds: number | undefined
  /** 0 to 1; undefined where nothing is in progress. */
  progress: number | undefined
  parts: number
}

export function summarize(row: RequestRow): RowSummary {
  return row.isUpload ? uploadSummary(row) : recordSummary(row.records[0] as RequestRecord)
}

export function recordSummary(record: RequestRecord): RowSummary {
  const { operation, upload, sent = 0, total = 0, received = 0, milliseconds } = record
  const outcome = outcomeOf(record)
  const isSending = outcome === 'running' && total > 0
  return {
    outcome,
    operation: upload?.part === undefined ? operation : `${operation} ${upload.part}`,
    status: statusText(record),
    note: refusalText(record),
    bytes: Math.max(total, sent) + received,
    milliseconds,
    progress: isSending ? sent / total : undefined,
    parts: 0,
  }
}

function refusalText(record: RequestRecord): string {
  return outcomeOf(record) === 'refused' ? (record.decision ?? '') : ''
}

function statusText({ status, code, failure }: RequestRecord): string {
  if (failure !== undefined) return failure
  if (status === undefined) return ''
  return code ? `${status} ${code}` : String(status)
}

/** Parts that were sent again count once. */
function uploadSummary({ records }: RequestRow): RowSummary {
  const parts = new Map<number, RequestRecord>()
  for (const record of records) {
    const part = record.upload?.part
    const before = part === undefined ? undefined : parts.get(part)
    if (part !== undefined && (!before || outcomeOf(before) !== 'ok')) parts.set(part, record)
  }
  const all = [...parts.values()]
  const arrived = all.filter((record) => outcomeOf(record) === 'ok')
  const sent = all.reduce((sum, record) => sum + bytesSent(record), 0)
  const fileBytes = Math.max(0, ...all.map((record) => record.fileBytes ?? 0))
  const last = records.at(-1) as RequestRecord
  const ended = records.find(
    (record) => /complete|abort/.test(record.upload?.step ?? '') && outcomeOf(record) === 'ok',
  )
  const isRunning = records.some((record) => outcomeOf(record) === 'running')
  const lastOutcome = outcomeOf(last)
  // Between two requests of an upload, and while it is paused.
  const isOpen = isRunning || lastOutcome === 'ok' || lastOutcome === 'cancelled'
  const until = ended ?? last
  const start = Date.parse(records[0]?.time ?? '')
  return {
    outcome: ended ? 'ok' : isOpen ? 'running' : lastOutcome,
    operation: 'upload',
    status: ended?.upload?.step === 'abort' ? 'cancelled' : statusText(until),
    note: ended || isOpen ? '' : refusalText(last),
    bytes: sent,
    milliseconds: Date.parse(until.time) + (until.milliseconds ?? 0) - start,
    progress: ended || fileBytes === 0 ? undefined : Math.min(1, sent / fileBytes),
    parts: arrived.length,
  }
}

/** A part that failed is sent again from its beginning. */
function bytesSent(record: RequestRecord): number {
  const outcome = outcomeOf(record)
  if (outcome === 'ok') return record.total ?? 0
  return outcome === 'running' ? (record.sent ?? 0) : 0
}

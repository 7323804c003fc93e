import type { IncomingMessage } from 'node:http'
import { decodeOrKeep, type OperationName } from '@miniprogram-cos/protocol'
import type { Principal } from './authenticate'
import type { CosServiceError } from './errors'
import type { Decision } from './evaluatePolicy'
import type { FaultAction } from './faults'

/** One entry of the request log. */
export interface LogEntry {
  time: string
  method: string
  /** The request's URL without signature and token. */
  url: string
  operation: OperationName | 'unknown'
  /** `root`, `anonymous`, or the name that a temporary key was requested for. */
  who: string
  status: number
  code?: string
  /** The statement that allowed or denied it. */
  decision?: string
  /** The authorized keys, or the listed prefix. `url` lacks the keys of forms and bodies. */
  paths: string[]
  milliseconds: number
  requestId: string
}

/** Maximum number of keys in an entry; a deletion may have 1000. */
const MAX_PATHS = 10

/** Returns the access rule that covers a path, in the format of refusals: `access["private/{openid}/**"], cos.config.ts:12`. */
export type ExplainPath = (path: string) => string | undefined

/** Records a request while it is served. */
export class RequestTrace {
  operation: OperationName | 'unknown' = 'unknown'
  principal: Principal = { kind: 'anonymous' }
  /** Faults that are injected into this request. */
  faults: FaultAction[] = []
  error: CosServiceError | undefined
  readonly requestId: string
  /** The refusal, if there was one, otherwise the last decision. */
  #decision: Decision | undefined
  readonly #paths = new Set<string>()
  readonly #raw: IncomingMessage
  readonly #started: number
  /** Names the app's access rule for a path, for refusals. */
  readonly explainPath: ExplainPath | undefined

  constructor(raw: IncomingMessage, requestId: string, started: number, explainPath?: ExplainPath) {
    this.explainPath = explainPath
    this.#raw = raw
    this.requestId = requestId
    this.#started = started
  }

  recordDecision(principal: Principal, path: string, decision: Decision): void {
    this.principal = principal
    this.#paths.add(path)
    if (this.#decision?.allowed !== false) this.#decision = decision
  }

  /** Passes the entry to the log. A listener that throws does not affect the response. */
  write(log: ((entry: LogEntry) => void) | undefined, status: number, now: number): void {
    const { method = '', url = '' } = this.#raw
    const reason = this.error?.details.Decision ?? this.#decision?.reason
    const { principal } = this
    try {
      log?.({
        time: new Date(this.#started).toISOString(),
        method,
        url: withoutSecrets(url),
        operation: this.operation,
        who: principal.kind === 'temporary' ? principal.session.name : principal.kind,
        status,
        ...(this.error ? { code: this.error.code } : {}),
        ...(reason ? { decision: reason } : {}),
        paths: [...this.#paths].slice(0, MAX_PATHS),
        milliseconds: now - this.#started,
        requestId: this.requestId,
      })
    } catch (error) {
      console.error(error)
    }
  }
}

const SECRET_PARAMS = new Set(['sign', 'q-signature', 'x-cos-security-token'])

/** Removes signatures and tokens from a URL, however their names are encoded. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&])([^=&]*)=([^&]*)/g, (pair, mark: string, name: string) =>
    SECRET_PARAMS.has(decodeOrKeep(name).toLowerCase()) ? `${mark}${name}=…` : pair,
  )
}

import { loadAdvice } from './loadAdvice'

/**
 * Where a failure came from.
 * - `service`: COS answered with an error
 * - `network`: no answer, or one that never arrived whole
 * - `credentials`: no usable key or signature could be obtained
 * - `argument`: the call itself is wrong; nothing was sent
 * - `abort`: the caller cancelled
 * - `integrity`: the answer contradicts what was sent
 */
export type CosErrorKind =
  | 'service'
  | 'network'
  | 'credentials'
  | 'argument'
  | 'abort'
  | 'integrity'

/** Advice for fixing an error, in English and Chinese. */
export interface Advice {
  en: string
  zh: string
}

/** The parsed `<Error>` document of COS, as the official SDKs expose it. */
export interface ServiceErrorBody {
  Code?: string
  Message?: string
  Resource?: string
  RequestId?: string
  TraceId?: string
  [element: string]: unknown
}

export interface CosErrorInit {
  kind: CosErrorKind
  /** COS's error code, or one of ours, which start with `Kit`. */
  code: string
  message: string
  /** What cos-wx-sdk-v5 puts here: the parsed `<Error>`, or a text. @default message */
  error?: ServiceErrorBody | string
  statusCode?: number
  headers?: Record<string, string>
  url?: string
  method?: string
  RequestId?: string
  /** Whether sending the same again can succeed. @default false */
  retryable?: boolean
  cause?: unknown
}

/**
 * Every failure of this kit. A real `Error` that also carries the fields of cos-wx-sdk-v5's error
 * objects (`error`, `statusCode`, `headers`, `url`, `method`, `RequestId`).
 *
 * @example
 * try { await cos.headObject({ Key }) }
 * catch (e) { if (isCosError(e)) console.error(e.code, e.RequestId, e.advice.zh) }
 */
export class CosError extends Error {
  override readonly name = 'CosError' as const
  declare readonly kind: CosErrorKind
  declare readonly code: string
  /** What cos-wx-sdk-v5 puts here: the parsed `<Error>`, or a text. */
  readonly error: ServiceErrorBody | string
  declare readonly statusCode?: number
  declare readonly headers?: Record<string, string>
  declare readonly url?: string
  declare readonly method?: string
  /** COS's id of the request (`x-cos-request-id`): quote it to Tencent's support. */
  declare readonly RequestId?: string
  /** Whether sending the same again can succeed. */
  readonly retryable: boolean
  declare readonly cause?: unknown

  constructor(init: CosErrorInit) {
    super(init.message)
    this.error = init.message
    this.retryable = false
    const fields: Record<string, unknown> = this as never
    for (const [name, value] of Object.entries(init)) {
      if (value !== undefined) fields[name] = value
    }
  }

  /** COS's id of the request, in the spelling of the rest of JavaScript. */
  get requestId(): string | undefined {
    return this.RequestId
  }

  /** Advice on the next step, in English and Chinese; the message if the app leaves the texts out. */
  get advice(): Advice {
    const { code, kind, message } = this
    try {
      return loadAdvice().adviceFor(code, kind)
    } catch {
      return { en: message, zh: message }
    }
  }
}

/** Creates a `CosError`. */
export function cosError(
  kind: CosErrorKind,
  code: string,
  message: string,
  more?: Partial<CosErrorInit>,
): CosError {
  return new CosError({ kind, code, message, ...more })
}

/** An error of the call itself: nothing was sent. @param wrong the value that is not accepted */
export const argumentError = (code: string, message: string, wrong?: unknown): CosError =>
  cosError('argument', code, wrong ? `${message}, got ${JSON.stringify(wrong)}` : message)

/** True for a `CosError`, also one made by another copy of this package (sub-packages, plugins). */
export function isCosError(value: unknown): value is CosError {
  return value instanceof Error && value.name === 'CosError'
}

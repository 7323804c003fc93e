import { adviceFor } from './advice'

/**
 * The source of a failure.
 * - `service`: COS answered with an error
 * - `network`: there was no response, or not a complete one
 * - `credentials`: no usable key or signature could be obtained
 * - `argument`: the call is invalid; nothing was sent
 * - `abort`: the caller cancelled
 * - `integrity`: the response or the content contradicts the request
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
  /** An error code of COS, or of this kit, which starts with `Kit`. */
  code: string
  message: string
  /** The field `error` of cos-wx-sdk-v5: the parsed `<Error>`, or a string. @default message */
  error?: ServiceErrorBody | string
  statusCode?: number
  headers?: Record<string, string>
  url?: string
  method?: string
  RequestId?: string
  /** Whether a retry can succeed. @default false */
  retryable?: boolean
  cause?: unknown
}

/**
 * The error of every failed call. An `Error` that also has the fields of cos-wx-sdk-v5's error objects
 * (`error`, `statusCode`, `headers`, `url`, `method`, `RequestId`).
 *
 * @example
 * try { await cos.headObject({ Key }) }
 * catch (e) { if (isCosError(e)) console.error(e.code, e.RequestId, e.advice.zh) }
 */
export class CosError extends Error {
  override readonly name = 'CosError' as const
  declare readonly kind: CosErrorKind
  declare readonly code: string
  /** The field `error` of cos-wx-sdk-v5: the parsed `<Error>`, or a string. */
  readonly error: ServiceErrorBody | string
  declare readonly statusCode?: number
  declare readonly headers?: Record<string, string>
  declare readonly url?: string
  declare readonly method?: string
  /** COS's id of the request (`x-cos-request-id`), which Tencent Cloud's support asks for. */
  declare readonly RequestId?: string
  /** Whether a retry can succeed. */
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

  /** The same as RequestId, in camel case. */
  get requestId(): string | undefined {
    return this.RequestId
  }

  /** Advice in English and Chinese, or the message if the app's package does not contain the texts. */
  get advice(): Advice {
    const { code, kind, message } = this
    try {
      return adviceFor(code, kind)
    } catch {
      return { en: message, zh: message }
    }
  }
}

export function cosError(
  kind: CosErrorKind,
  code: string,
  message: string,
  more?: Partial<CosErrorInit>,
): CosError {
  return new CosError({ kind, code, message, ...more })
}

/** Creates the error of an invalid call. @param wrong the invalid value */
export const argumentError = (code: string, message: string, wrong?: unknown): CosError =>
  cosError('argument', code, wrong ? `${message}, got ${JSON.stringify(wrong)}` : message)

/**
 * Whether a value is a `CosError`, possibly of another copy of this package (in a sub-package or a plugin).
 * @example if (isCosError(error) && error.retryable) await retry()
 */
export function isCosError(value: unknown): value is CosError {
  return value instanceof Error && value.name === 'CosError'
}

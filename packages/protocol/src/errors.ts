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

/** What to do about an error, in English and Chinese. */
export interface Advice {
  en: string
  zh: string
}

/** Advice by error code, or by kind: `[English, Chinese]`. */
export type AdviceTable = Record<string, [en: string, zh: string]>

/**
 * What every client can meet: the kinds of errors, and the codes that a new app runs into. docs/ERRORS.md is
 * made from this and FURTHER_ADVICE: `npm run docs`.
 */
export const ADVICE: AdviceTable = {
  service: [
    'Look the code up at cloud.tencent.com/document/product/436/7730.',
    '错误码见 cloud.tencent.com/document/product/436/7730。',
  ],
  network: ['Check the network and try again.', '请检查网络后重试。'],
  credentials: [
    'No usable key: check the cloud function, its environment and log.',
    '未取得密钥：请检查云函数及其环境变量与日志。',
  ],
  argument: ['Correct the call; nothing was sent.', '请修正参数；请求并未发出。'],
  abort: ['Cancelled by the app.', '已被应用取消。'],
  integrity: ['Damaged on its way: try again.', '数据传输有误，请重试。'],
  AccessDenied: [
    'Compare Key or Prefix with `await cos.caller()`, and the rules in cos.config.ts.',
    '请对比 Key 或 Prefix 与 `await cos.caller()`，以及 cos.config.ts 的规则。',
  ],
  NoSuchBucket: [
    'Check bucket (with its -APPID) and region in cos.config.ts.',
    '请检查 cos.config.ts 的存储桶（含 -APPID）与地域。',
  ],
  KitDomainNotAllowed: [
    'Add the host to the server domains in the WeChat console: request, uploadFile, downloadFile.',
    '请在微信公众平台的「服务器域名」中加入该域名：request、uploadFile、downloadFile。',
  ],
}

/**
 * The advice for an error code, or for its kind when the code has none of its own.
 * @param more what a client knows beyond ADVICE
 */
export function adviceFor(code: string, kind: CosErrorKind, more: AdviceTable = {}): Advice {
  const own = ADVICE[code] || more[code]
  // An unknown code could be a property of Object.prototype, such as `constructor`.
  const [en, zh] = (Array.isArray(own) ? own : ADVICE[kind]) as [string, string]
  return { en, zh }
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

  /** What to do next, in English and Chinese. */
  get advice(): Advice {
    return adviceFor(this.code, this.kind)
  }
}

/** Lets an error advise by what its client knows beyond `ADVICE`. */
export function withAdvice(error: CosError, more: AdviceTable): CosError {
  const get = () => adviceFor(error.code, error.kind, more)
  return Object.defineProperty(error, 'advice', { get, configurable: true })
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

/** An error of the call itself: nothing was sent. */
export function argumentError(
  code: string,
  message: string,
  error?: CosErrorInit['error'],
): CosError {
  return cosError('argument', code, message, { error })
}

/** True for a `CosError`, also one made by another copy of this package (sub-packages, plugins). */
export function isCosError(value: unknown): value is CosError {
  return value instanceof Error && value.name === 'CosError'
}

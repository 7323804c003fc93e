import { type Language, t } from '../text'
import { CLOUD_ERRORS, type CloudErrorCode } from './errorTexts'

export { CLOUD_ERRORS, type CloudErrorCode }

/** An error of setup, deploy or doctor. Its code identifies the cause and the fix. */
export class CloudError extends Error {
  readonly code: CloudErrorCode
  /** Details of this case, never secrets. */
  readonly detail: string

  constructor(code: CloudErrorCode, detail = '') {
    const { en, zh } = CLOUD_ERRORS[code].cause
    super(`${t(en, zh)}${detail ? `${t(': ', '：')}${detail}` : ''}`)
    this.code = code
    this.detail = detail
  }
}

/** Formats code, cause and fix. */
export function describeError({ code, detail }: CloudError, language: Language): string {
  const { cause, fix } = CLOUD_ERRORS[code]
  const colon = language === 'zh' ? '：' : ': '
  return `${code}\n  ${cause[language]}${detail ? `${colon}${detail}` : ''}\n  → ${fix[language]}`
}

/** The same in one line. */
export function errorLine({ code, detail }: CloudError): string {
  const { cause, fix } = CLOUD_ERRORS[code]
  const details = detail ? t(` (${detail})`, `（${detail}）`) : ''
  return t(`${code}: ${cause.en}${details}. ${fix.en}`, `${code}：${cause.zh}${details}。${fix.zh}`)
}

/** The CloudError codes of error codes of the APIs and of Node's sockets. */
const MEANINGS: [pattern: RegExp, code: CloudErrorCode][] = [
  [/^AuthFailure\.(SignatureExpire|SignatureExpired)|^RequestTimeTooSkewed/, 'ClockOff'],
  [/^AuthFailure\.(SecretIdNotFound|InvalidSecretId)|^InvalidAccessKeyId/, 'SecretIdUnknown'],
  [/^AuthFailure\.SignatureFailure|^SignatureDoesNotMatch/, 'SecretKeyWrong'],
  [/^AuthFailure\.TokenFailure|^(ExpiredToken|InvalidToken)/, 'TokenRejected'],
  [/^(AuthFailure\.)?Unauthorized|^UnauthorizedOperation|^OperationDenied/, 'NotAuthorized'],
  [/^FailedOperation\.TempKeyNotAllowed/, 'FunctionKeyTemporary'],
  [/^(ResourceNotFound|InvalidParameter|InvalidParameterValue)\.(Env|EnvId)/, 'EnvironmentUnknown'],
  [/^ResourceNotFound\.Function/, 'FunctionNotDeployed'],
  [/^NoSuchBucket/, 'BucketUnknown'],
  [
    /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|EPIPE|EHOST|ENET|ESOCKET|CERT_|SELF_SIGNED|UNABLE_)/,
    'Unreachable',
  ],
]

const NETWORK_TEXT =
  /ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|socket hang up|network|certificate|tunneling|disconnected|Premature close|timeout|proxy/i

/** Maps an error of a library. Uses its code and RequestId, never a request or a key. */
export function apiError(error: unknown, doing: string): CloudError {
  if (error instanceof CloudError) return error
  const { code, requestId, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const libraryCode = typeof code === 'string' && /^[\w.]+$/.test(code) ? code : ''
  const id = requestId || RequestId
  const detail = [doing, libraryCode, typeof id === 'string' && id ? `RequestId ${id}` : '']
  const [, known] = MEANINGS.find(([pattern]) => pattern.test(libraryCode)) ?? []
  if (known) return new CloudError(known, detail.filter(Boolean).join(', '))
  const text = String(message ?? error)
  if (!libraryCode && NETWORK_TEXT.test(text)) return new CloudError('Unreachable', doing)
  // Messages of the service contain no secrets. They are truncated nevertheless.
  return new CloudError('CloudRefused', [...detail, text.slice(0, 200)].filter(Boolean).join(', '))
}

/** Maps an error of the COS SDK about a bucket. */
export function bucketError(error: unknown, doing: string): CloudError {
  if (error instanceof CloudError) return error
  const { statusCode, code, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const detail = RequestId ? `${doing}, RequestId ${RequestId}` : doing
  // A response to HEAD has no error document: the SDK uses the status as the code.
  if (code === 'AccessDenied' || (statusCode === 403 && /^(403)?$/.test(String(code ?? '')))) {
    return new CloudError('BucketForbidden', detail)
  }
  if (code === 'NoSuchBucket' || statusCode === 404) return new CloudError('BucketUnknown', detail)
  return apiError({ code, RequestId, message }, doing)
}

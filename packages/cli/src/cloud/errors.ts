import { type Language, t } from '../text'
import { CLOUD_ERRORS, type CloudErrorCode } from './errorTexts'

export { CLOUD_ERRORS, type CloudErrorCode }

/** Something that keeps the kit from working on Tencent Cloud. Its code says what it is and what to do about it. */
export class CloudError extends Error {
  readonly code: CloudErrorCode
  /** Names and numbers of this case, never a secret. */
  readonly detail: string

  constructor(code: CloudErrorCode, detail = '') {
    const { en, zh } = CLOUD_ERRORS[code].cause
    super(`${t(en, zh)}${detail ? `${t(': ', '：')}${detail}` : ''}`)
    this.code = code
    this.detail = detail
  }
}

/** The code, the cause and the fix, for a person. */
export function describeError({ code, detail }: CloudError, language: Language): string {
  const { cause, fix } = CLOUD_ERRORS[code]
  const colon = language === 'zh' ? '：' : ': '
  return `${code}\n  ${cause[language]}${detail ? `${colon}${detail}` : ''}\n  → ${fix[language]}`
}

/** Error codes of the APIs and of Node's sockets, with what they mean here. */
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

/** Maps what a library threw: takes its code and RequestId, never a request or a key. */
export function apiError(error: unknown, doing: string): CloudError {
  if (error instanceof CloudError) return error
  const { code, requestId, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const given = typeof code === 'string' && /^[\w.]+$/.test(code) ? code : ''
  const id = requestId || RequestId
  const detail = [doing, given, typeof id === 'string' && id ? `RequestId ${id}` : '']
  const [, known] = MEANINGS.find(([pattern]) => pattern.test(given)) ?? []
  if (known) return new CloudError(known, detail.filter(Boolean).join(', '))
  const text = String(message ?? error)
  if (!given && NETWORK_TEXT.test(text)) return new CloudError('Unreachable', doing)
  // Texts of the service name what was refused; they never hold a secret, and are cut short all the same.
  return new CloudError('CloudRefused', [...detail, text.slice(0, 200)].filter(Boolean).join(', '))
}

/** Maps what the COS SDK threw about a bucket. */
export function bucketError(error: unknown, doing: string): CloudError {
  if (error instanceof CloudError) return error
  const { statusCode, code, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const detail = RequestId ? `${doing}, RequestId ${RequestId}` : doing
  // A HEAD has no error document: the SDK gives its status as the code.
  if (code === 'AccessDenied' || (statusCode === 403 && /^(403)?$/.test(String(code ?? '')))) {
    return new CloudError('BucketForbidden', detail)
  }
  if (code === 'NoSuchBucket' || statusCode === 404) return new CloudError('BucketUnknown', detail)
  return apiError({ code, RequestId, message }, doing)
}

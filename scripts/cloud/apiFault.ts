import { CloudFault } from './cloudFault'
import type { FaultCode } from './faults'

/** Error codes of the APIs, of Node's sockets, and of the SDK's texts, with what they mean here. */
const MEANINGS: [pattern: RegExp, code: FaultCode][] = [
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

/** Whatever a library threw, as a fault: the code and the RequestId, never a request or a key. */
export function apiFault(error: unknown, doing: string): CloudFault {
  if (error instanceof CloudFault) return error
  const { code, requestId, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const given = typeof code === 'string' && /^[\w.]+$/.test(code) ? code : ''
  const id = requestId || RequestId
  const detail = [doing, given, typeof id === 'string' && id ? `RequestId ${id}` : '']
  const [, known] = MEANINGS.find(([pattern]) => pattern.test(given)) ?? []
  if (known) return new CloudFault(known, detail.filter(Boolean).join(', '))
  const text = String(message ?? error)
  if (!given && NETWORK_TEXT.test(text)) return new CloudFault('Unreachable', doing)
  // Texts of the service name what was refused; they never hold a secret, and are cut short all the same.
  return new CloudFault('CloudRefused', [...detail, text.slice(0, 200)].filter(Boolean).join(', '))
}

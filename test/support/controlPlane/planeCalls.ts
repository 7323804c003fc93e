import type { IncomingHttpHeaders } from 'node:http'
import { parseTc3, StsError, verifyTc3 } from '../../../packages/local-cloud/src/sts/signatures'

/** A key of the control plane, and its account. */
export interface PlaneKey {
  SecretId: string
  SecretKey: string
  token?: string
  account: string
  user: string
  /** A sub-account that has the policy of `npm run policy` and no other right. */
  isLimited?: boolean
}

/** Who signed a call. @throws ApiError, StsError as the real API answers */
export function callerOf(
  keys: PlaneKey[],
  headers: IncomingHttpHeaders,
  body: string,
  now: number,
): PlaneKey {
  const auth = parseTc3(headers.authorization)
  const key = keys.find(({ SecretId }) => SecretId === auth.SecretId)
  if (!key) throw new StsError('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  verifyTc3({ method: 'POST', query: '', headers, body }, auth, key.SecretKey, now)
  if (auth.service !== headers.host?.split('.')[0]) {
    throw new ApiError('AuthFailure.SignatureFailure', 'signed for another service')
  }
  if (key.token !== headers['x-tc-token']) {
    throw new ApiError('AuthFailure.TokenFailure', 'The token is wrong.')
  }
  return key
}

/** An error as Tencent Cloud's APIs answer it: HTTP 200, code and text in the body. */
export class ApiError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

import { canonicalRequest, type RequestToSign } from './canonical'

/** The two digests a signature needs, in lower-case hex. A phone has none, the client brings them. */
export interface SignatureHash {
  sha1(text: string): string
  hmacSha1(key: string, text: string): string
}

export interface SigningKey {
  SecretId: string
  SecretKey: string
  /** `start;end` in Unix seconds: `q-key-time`, and `q-sign-time` too. */
  keyTime: string
}

export interface Signature {
  /** The value of the `Authorization` header, or the query of a presigned URL. */
  authorization: string
  /** What was signed: compare it with the server's when it answers SignatureDoesNotMatch. */
  stringToSign: string
  httpString: string
  signature: string
}

/** SignKey: the secret bound to a period of time. The same for every request in that period. */
export function deriveSignKey(secretKey: string, keyTime: string, hash: SignatureHash): string {
  return hash.hmacSha1(secretKey, keyTime)
}

export function stringToSignOf(signTime: string, httpString: string, hash: SignatureHash): string {
  return `sha1\n${signTime}\n${hash.sha1(httpString)}\n`
}

/**
 * Signs a request with the q-sign-algorithm=sha1 scheme (document 436/7778).
 *
 * @param signKey the derived key, when the caller keeps it: saves one digest a request
 */
export function signRequest(
  request: RequestToSign,
  key: SigningKey,
  hash: SignatureHash,
  signKey = deriveSignKey(key.SecretKey, key.keyTime, hash),
): Signature {
  const { httpString, headerList, paramList } = canonicalRequest(request)
  const stringToSign = stringToSignOf(key.keyTime, httpString, hash)
  const signature = hash.hmacSha1(signKey, stringToSign)
  const { SecretId, keyTime } = key
  const authorization = `q-sign-algorithm=sha1&q-ak=${SecretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${headerList}&q-url-param-list=${paramList}&q-signature=${signature}`
  return { authorization, stringToSign, httpString, signature }
}

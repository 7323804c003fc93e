import { encodeComponent } from './key'

/** Query parameters or headers. Fields without a value are left out. */
export type Fields = Record<string, string | number | boolean | undefined>

export interface RequestToSign {
  /** In upper or lower case. */
  method: string
  /** Decoded path: `/` plus the raw key. */
  pathname: string
  /** Decoded query parameters to sign; a parameter without value is `''`. */
  query?: Fields
  /** Headers to sign, exactly as they will be sent. */
  headers?: Fields
}

/** The digests of a signature, in lower-case hex. Passed in, because mini programs have no crypto API. */
export interface SignatureHash {
  sha1(text: string): string
  hmacSha1(key: string, text: string): string
}

export interface KeyPair {
  SecretId: string
  SecretKey: string
}

export interface Signature {
  /** The value of the `Authorization` header, or the query of a presigned URL. */
  authorization: string
  /** `q-signature` alone. */
  signature: string
}

/** Derives the SignKey from the secret and a period of time. It is the same for all requests in that period. */
export function deriveSignKey(secretKey: string, keyTime: string, hash: SignatureHash): string {
  return hash.hmacSha1(secretKey, keyTime)
}

/**
 * Signs a request with the q-sign-algorithm=sha1 scheme (document 436/7778).
 *
 * @param key the key pair, and `start;end` in Unix seconds: `q-key-time` and `q-sign-time`
 * @param signKey the derived key, for callers that cache it
 */
export function signRequest(
  { method, pathname, query, headers }: RequestToSign,
  { SecretId, SecretKey, keyTime }: KeyPair & { keyTime: string },
  hash: SignatureHash,
  signKey = deriveSignKey(SecretKey, keyTime, hash),
): Signature {
  const params = canonicalFields(query)
  const signed = canonicalFields(headers)
  const httpString = httpStringOf(method, pathname, params.text, signed.text)
  const signature = hash.hmacSha1(signKey, stringToSignOf(keyTime, httpString, hash))
  const authorization = `q-sign-algorithm=sha1&q-ak=${SecretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${signed.list}&q-url-param-list=${params.list}&q-signature=${signature}`
  return { authorization, signature }
}

/** Encodes names and values, sorted by encoded lower-case name. */
function canonicalFields(fields: Fields = {}): { list: string; text: string } {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [encodeComponent(name).toLowerCase(), encodeComponent(String(value))])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return {
    list: pairs.map(([name]) => name).join(';'),
    text: pairs.map((pair) => pair.join('=')).join('&'),
  }
}

/** Builds the HttpString, which depends on the request (document 436/7778). */
export function httpStringOf(
  method: string,
  pathname: string,
  params: string,
  headers: string,
): string {
  return `${method.toLowerCase()}\n${pathname}\n${params}\n${headers}\n`
}

export function stringToSignOf(signTime: string, httpString: string, hash: SignatureHash): string {
  return `sha1\n${signTime}\n${hash.sha1(httpString)}\n`
}

/** The headers that COS's SDKs sign. */
const SIGNED_HEADERS =
  /x-cos-|x-ci-|^(cache-control|content-(disposition|encoding|length|md5|type)|expect|expires|host|if-(un)?modified-since|if-(none-)?match|origin|range|transfer-encoding|pic-operations)$/i

/** Whether the signature covers a header. */
export function isSignedHeader(name: string): boolean {
  return SIGNED_HEADERS.test(name)
}

/** Formats a query string: `name=value&…`, sorted ignoring case, as cos-wx-sdk-v5 does. */
export function queryString(query: Fields): string {
  return Object.keys(query)
    .filter((name) => query[name] !== undefined && query[name] !== null)
    .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
    .map((name) => `${encodeComponent(name)}=${encodeComponent(String(query[name]))}`)
    .join('&')
}

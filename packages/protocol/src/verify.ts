import { encodeComponent } from './key'
import { deriveSignKey, httpStringOf, type SignatureHash, stringToSignOf } from './signature'

/** The fields of an Authorization value. */
export interface ParsedAuthorization {
  algorithm: string
  SecretId: string
  signTime: string
  keyTime: string
  headerList: string[]
  paramList: string[]
  signature: string
}

const FIELDS = [
  'algorithm',
  'ak',
  'sign-time',
  'key-time',
  'header-list',
  'url-param-list',
  'signature',
]

/**
 * Parses an Authorization value, whose fields may have any order.
 * @returns undefined if a field is missing or appears twice
 */
export function parseAuthorization(text: string): ParsedAuthorization | undefined {
  const fields = new Map<string, string>()
  for (const part of text.trim().split('&')) {
    const at = part.indexOf('=')
    if (at < 0) return undefined
    const name = part.slice(0, at)
    if (fields.has(name)) return undefined
    fields.set(name, part.slice(at + 1))
  }
  const get = (name: string) => fields.get(name === 'algorithm' ? 'q-sign-algorithm' : `q-${name}`)
  if (FIELDS.some((name) => get(name) === undefined)) return undefined
  const list = (name: string) => (get(name) as string).split(';').filter((item) => item !== '')
  return {
    algorithm: get('algorithm') as string,
    SecretId: get('ak') as string,
    signTime: get('sign-time') as string,
    keyTime: get('key-time') as string,
    headerList: list('header-list'),
    paramList: list('url-param-list'),
    signature: get('signature') as string,
  }
}

/** Parses a period `start;end` in Unix seconds; undefined if it is invalid. */
export function parsePeriod(text: string): { start: number; end: number } | undefined {
  const match = /^(\d{1,11});(\d{1,11})$/.exec(text)
  if (!match) return undefined
  const [start, end] = [Number(match[1]), Number(match[2])]
  return end > start ? { start, end } : undefined
}

export interface ReceivedRequest {
  method: string
  /** Decoded path as received. */
  pathname: string
  /** Decoded query parameters as received, without the `q-*` ones of a presigned URL. */
  query: Record<string, string>
  /** Headers as received, names in lower case. */
  headers: Record<string, string | undefined>
}

/** The signature that the server computes. The request is authentic if it equals the received one. */
export interface ExpectedSignature {
  signature: string
  httpString: string
  stringToSign: string
  /** Whether each listed field was received exactly once. Otherwise the signature may cover another request. */
  isComplete: boolean
}

/**
 * Computes the signature that a received request should have. Only the listed fields are signed, in the order of the
 * lists, because clients sort names by slightly different rules.
 */
export function expectedSignature(
  request: ReceivedRequest,
  auth: ParsedAuthorization,
  secretKey: string,
  hash: SignatureHash,
): ExpectedSignature {
  const params = readFields(auth.paramList, request.query)
  const headers = readFields(auth.headerList, request.headers)
  const httpString = httpStringOf(request.method, request.pathname, params.text, headers.text)
  const stringToSign = stringToSignOf(auth.signTime, httpString, hash)
  const signKey = deriveSignKey(secretKey, auth.keyTime, hash)
  return {
    signature: hash.hmacSha1(signKey, stringToSign),
    httpString,
    stringToSign,
    isComplete: params.isComplete && headers.isComplete,
  }
}

/**
 * Reads the listed fields. A listed name that is missing, or was received in several spellings, makes the request
 * ambiguous: the signature may cover another value than the one that is used.
 */
function readFields(
  listed: string[],
  received: Record<string, string | undefined>,
): { text: string; isComplete: boolean } {
  const values = new Map<string, string[]>()
  for (const [name, value] of Object.entries(received)) {
    if (value === undefined) continue
    const folded = encodeComponent(name).toLowerCase()
    values.set(folded, [...(values.get(folded) ?? []), value])
  }
  const names = listed.map(canonicalName)
  const text = names.map((name) => `${name}=${encodeComponent(values.get(name)?.[0] ?? '')}`)
  return {
    text: text.join('&'),
    isComplete: names.every((name) => values.get(name)?.length === 1),
  }
}

/**
 * The form in which a listed name was signed: encoded once, in lower case. Some clients encode the list in presigned URLs
 * and some do not, so both forms occur after the query has been decoded.
 */
function canonicalName(listed: string): string {
  try {
    return encodeComponent(decodeURIComponent(listed)).toLowerCase()
  } catch {
    return listed.toLowerCase()
  }
}

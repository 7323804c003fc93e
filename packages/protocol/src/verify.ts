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
 * Parses an Authorization value; its fields may come in any order.
 * @returns undefined when a field is missing or appears twice
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

/** The signature that the server computes for the received request, which is authentic if the signatures are equal. */
export interface ExpectedSignature {
  signature: string
  httpString: string
  stringToSign: string
  /** Whether each listed field was received exactly once; otherwise the signature covers another request. */
  isComplete: boolean
}

/**
 * Computes the signature a received request should carry. Only what the lists name is signed, in the
 * order the lists have, because clients sort names by slightly different rules.
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
 * The listed fields as received. A listed name that is missing, or received in several spellings, makes the
 * request ambiguous: the signature may cover another value than the one that is used.
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
 * A listed name as it was signed: encoded once, lower case. In a presigned URL some clients encode
 * the list and some do not, so after the query is decoded both forms arrive.
 */
function canonicalName(listed: string): string {
  try {
    return encodeComponent(decodeURIComponent(listed)).toLowerCase()
  } catch {
    return listed.toLowerCase()
  }
}

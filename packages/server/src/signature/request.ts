import { createHash, createHmac } from 'node:crypto'
import {
  type CallerFolder,
  encodeKey,
  type IssuedSignature,
  type IssuedUrl,
  presignedUrl,
  type SignatureHash,
  signRequest,
  type TemporaryKey,
} from '@miniprogram-cos/protocol'
import { quote, requestRefused } from '../errors'
import type { BucketLocation } from '../policy'

/** A request to sign (`SignatureRequest`), its form checked. */
export interface DescribedRequest {
  method: string
  /** Empty for the bucket itself. */
  key: string
  query: Record<string, string>
  /** Names in lower case. */
  headers: Record<string, string>
  seconds: number
  isUrl: boolean
}

/** Longer than any URL or list of headers that is sent. */
const MAX_FIELDS = 60
const MAX_CHARS = 4096
const MAX_SECONDS = 900

/** Reads the request that the caller describes. @throws FunctionError `KitRequestRefused` */
export function readRequest(
  event: Record<string, unknown>,
  location: BucketLocation,
): DescribedRequest {
  const { Method, Bucket, Region, expires, presign = false } = event
  if (typeof Method !== 'string' || !/^(get|put|post|delete|head)$/i.test(Method)) {
    throw requestRefused('Method must be GET, PUT, POST, DELETE or HEAD')
  }
  if (isOther(Bucket, location.bucket)) throw requestRefused('another bucket')
  if (isOther(Region, location.region)) throw requestRefused('another region')
  if (typeof presign !== 'boolean') throw requestRefused('presign must be true or false')
  return {
    method: Method.toUpperCase(),
    seconds: readSeconds(expires),
    key: readKey(event.Key, event.Pathname),
    query: readFields(event.Query, 'Query', (name) => name),
    headers: readFields(event.Headers, 'Headers', (name) => name.toLowerCase()),
    isUrl: presign,
  }
}

/** For how many seconds a signature or form is valid. @throws FunctionError `KitRequestRefused` */
export function readSeconds(value: unknown = MAX_SECONDS): number {
  const isValid =
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_SECONDS
  if (isValid) return value
  throw requestRefused(`expires must be a whole number from 1 to ${MAX_SECONDS}`)
}

/** The official client sends an empty string for what it does not know. */
function isOther(given: unknown, own: string): boolean {
  return given !== undefined && given !== null && given !== '' && given !== own
}

function readKey(Key: unknown = '', Pathname: unknown = undefined): string {
  if (typeof Key !== 'string') throw requestRefused('Key must be text')
  if (Pathname === undefined || Pathname === '') return Key
  if (typeof Pathname !== 'string' || Pathname[0] !== '/') {
    throw requestRefused('Pathname must begin with a slash')
  }
  const key = Pathname.slice(1)
  if (Key !== '' && Key !== key) throw requestRefused('Key and Pathname name two objects')
  // A path alone does not tell whether the character begins a query.
  if (Key === '' && key.includes('?')) {
    throw requestRefused('Pathname contains "?": name the object by Key')
  }
  return key
}

function readFields(
  given: unknown,
  field: 'Query' | 'Headers',
  normalize: (name: string) => string,
): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  if (given === undefined || given === null) return fields
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw requestRefused(`${field} must be an object`)
  }
  const entries: [string, unknown][] = Object.entries(given)
  if (entries.length > MAX_FIELDS)
    throw requestRefused(`${field} has more than ${MAX_FIELDS} fields`)
  for (const [givenName, value] of entries) {
    const name = normalize(givenName)
    const shown = `${field}: ${quote(givenName, 60)}`
    if (name in fields) throw requestRefused(`${field} has ${quote(givenName, 60)} twice`)
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw requestRefused(`${shown} must be text`)
    }
    const text = String(value)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the header
    if (name.length + text.length > MAX_CHARS || /[\x00-\x1f\x7f]/.test(name + text)) {
      throw requestRefused(`${shown} is too long, or has a control character`)
    }
    // A lone surrogate has no UTF-8 form, so it cannot be signed.
    if (/\p{Cs}/u.test(name + text)) {
      throw requestRefused(`${shown} is not valid Unicode (a lone surrogate)`)
    }
    fields[name] = text
  }
  return fields
}

/** The digests of a signature, computed by Node. */
export const nodeHash: SignatureHash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
}

/**
 * Signs a request with Host, every parameter and every header: as a header value, or as a URL.
 * @param period Unix seconds: from when until when the signature is valid
 */
export function signDescribedRequest(
  { method, key, query, headers, isUrl }: DescribedRequest,
  { bucket, region }: BucketLocation,
  { tmpSecretId, tmpSecretKey, sessionToken }: TemporaryKey,
  { from, until: expiredTime }: { from: number; until: number },
): Omit<IssuedSignature, keyof CallerFolder> | Omit<IssuedUrl, keyof CallerFolder> {
  const host = headers.host ?? `${bucket}.cos.${region}.myqcloud.com`
  const { authorization } = signRequest(
    { method, pathname: `/${key}`, query, headers: { ...headers, host } },
    { SecretId: tmpSecretId, SecretKey: tmpSecretKey, keyTime: `${from};${expiredTime}` },
    nodeHash,
  )
  if (!isUrl) return { authorization, sessionToken, expiredTime }
  const address = `https://${host}/${encodeKey(key)}`
  return { url: presignedUrl(address, authorization, query, sessionToken), expiredTime }
}

import type { IncomingMessage } from 'node:http'
import { MAX_KEY_BYTES, parseHost } from '@miniprogram-cos/protocol'
import type { Throttle } from './body'
import { CosServiceError, notImplemented } from './errors'

/** A parsed request, not authenticated yet. */
export interface CosRequest {
  raw: IncomingMessage
  method: string
  target: 'service' | 'bucket' | 'object'
  /** `name-appid`; empty for the service. */
  bucket: string
  /** The region in the host name, if it has one. */
  region?: string
  /** Whether it was sent to the acceleration endpoint. */
  isAccelerated: boolean
  /** Decoded; empty unless the target is an object. */
  key: string
  /** Decoded path as it was signed: in path style it starts with the bucket. */
  pathname: string
  /** Whether the path has only slashes and dots, which COS merges into the bucket's own `/`. */
  isMerged: boolean
  /** Decoded. The first value of a repeated parameter is used, both for the signature and for the operation. */
  query: Record<string, string>
  /** The query as it was sent. */
  search: string
  headers: Record<string, string | undefined>
  /** Bandwidth limits of its body. */
  throttles: Throttle[]
}

/** How hosts and paths address buckets, besides production's host names. */
export interface Addressing {
  pathStyle: 'allow' | 'refuse'
  /** Custom domains, which in production are CNAME records: `Host` -> bucket. */
  hosts: Record<string, string>
}

/** Hosts of data processing: `<bucket>.ci.<region>`, `<appid>.ci.<region>` and `ci.<region>`. */
const PROCESSING_HOST = /^(?:[^.]+\.)?ci\.[a-z0-9-]+\.(?:myqcloud\.com|localhost)/i

/** @throws CosServiceError `InvalidURI`, `InvalidBucketName`, `PathStyleDomainForbidden`, `NotImplemented` */
export function readRequest(raw: IncomingMessage, addressing: Addressing): CosRequest {
  const { host, path, search } = splitUrl(raw)
  if (PROCESSING_HOST.test(host)) {
    throw notImplemented('the jobs and queues of data processing (CI)')
  }
  const pathname = decode(path)
  const base = {
    raw,
    method: raw.method ?? 'GET',
    pathname,
    query: readQuery(search),
    search,
    headers: readHeaders(raw, host),
    isAccelerated: false,
    throttles: [],
  }
  const domain = findDomainBucket(addressing, host)
  if (domain !== undefined) return { ...base, bucket: domain, ...parsePath(pathname.slice(1)) }
  const named = parseHost(imageHostAsCosHost(host))
  if (named?.kind === 'invalid') throw new CosServiceError('InvalidBucketName')
  const region = named?.region ? { region: named.region } : {}
  if (named?.kind === 'bucket') {
    const { bucket, accelerate = false } = named
    const target = parsePath(pathname.slice(1))
    return { ...base, bucket, ...region, isAccelerated: accelerate, ...target }
  }
  if (pathname === '/') {
    return { ...base, ...region, bucket: '', key: '', target: 'service', isMerged: false }
  }
  // Path style: the first segment is the bucket.
  if (addressing.pathStyle === 'refuse') throw new CosServiceError('PathStyleDomainForbidden')
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(pathname) ?? []
  return { ...base, ...region, bucket, ...parsePath(key) }
}

/** `<bucket>.pic.<region>` is the same bucket, where image styles are configured (document 1045/33708). */
function imageHostAsCosHost(host: string): string {
  return host.replace(/^([^.]+)\.pic\.([^.]+\.(?:myqcloud\.com|localhost))/i, '$1.cos.$2')
}

/** The bucket that a request addresses, even if the rest of the request is invalid. */
export function addressedBucket(
  raw: IncomingMessage,
  addressing: Addressing,
): { bucket: string; region?: string } | undefined {
  const { host, path } = splitUrl(raw)
  const domain = findDomainBucket(addressing, host)
  if (domain !== undefined) return { bucket: domain }
  const named = parseHost(imageHostAsCosHost(host))
  if (named?.kind === 'bucket') return named
  if (named?.kind === 'invalid' || addressing.pathStyle === 'refuse') return undefined
  return { bucket: path.split('/')[1] ?? '', ...(named?.region ? { region: named.region } : {}) }
}

/** The bucket of a custom domain. Ports and letter case are ignored. */
function findDomainBucket({ hosts }: Addressing, host: string): string | undefined {
  const name = host.toLowerCase()
  const withoutPort = name.replace(/:\d+$/, '')
  const names = [name, withoutPort]
  return Object.entries(hosts).find(([domain]) => names.includes(domain.toLowerCase()))?.[1]
}

function parsePath(path: string): Pick<CosRequest, 'target' | 'key' | 'isMerged'> {
  const isBucket = path.split('/').every((segment) => segment === '' || segment === '.')
  return isBucket
    ? { target: 'bucket', key: '', isMerged: path !== '' }
    : { target: 'object', key: withoutLeadingSlashes(path), isMerged: false }
}

/** Splits a URL into host, path and query. A client that uses a proxy sends an absolute URL. */
function splitUrl(raw: IncomingMessage): { host: string; path: string; search: string } {
  const [, proxied = '', path = '', search = ''] =
    /^(?:https?:\/\/([^/?]+))?([^?]*)(?:\?(.*))?$/s.exec(raw.url ?? '/') ?? []
  return { host: raw.headers.host ?? proxied, path: path || '/', search }
}

function readHeaders(raw: IncomingMessage, host: string): CosRequest['headers'] {
  const headers: CosRequest['headers'] = { host }
  for (const [name, value] of Object.entries(raw.headers)) {
    if (name === 'host') continue
    headers[name] = Array.isArray(value) ? value.join(', ') : latin1ToUtf8(value)
  }
  return headers
}

function readQuery(search: string): Record<string, string> {
  const query: Record<string, string> = Object.create(null)
  for (const part of search.split('&')) {
    if (part === '') continue
    const at = part.indexOf('=')
    const name = decode(at < 0 ? part : part.slice(0, at))
    if (!(name in query)) query[name] = at < 0 ? '' : decode(part.slice(at + 1))
  }
  return query
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new CosServiceError('InvalidURI')
  }
}

/** Node reads header bytes as Latin-1; clients send and sign UTF-8. */
function latin1ToUtf8(value: string | undefined): string | undefined {
  if (value === undefined || !/[\x80-\xff]/.test(value)) return value
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? value : text
}

/** The version in a request, if any. COS's documents spell the parameter in two ways. */
export function versionIdOf({ query }: CosRequest): string | undefined {
  return query.versionId || query.VersionId || undefined
}

/** The error that COS returns for an invalid key (document 436/13324). */
export function keyError(key: string): CosServiceError | undefined {
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return new CosServiceError('KeyTooLong')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the characters COS forbids
  const isInvalid = key === '' || key[0] === '\\' || /[\x00\x18-\x1b]/.test(key)
  return isInvalid ? new CosServiceError('InvalidObjectName') : undefined
}

/** @throws CosServiceError `KeyTooLong`, `InvalidObjectName` */
export function checkKey(key: string): void {
  const error = keyError(key)
  if (error) throw error
}

/** COS ignores leading slashes of a key: Tencent's SDK tests put `//k` and read `/k` back. */
export function withoutLeadingSlashes(path: string): string {
  return path.replace(/^\/+/, '')
}

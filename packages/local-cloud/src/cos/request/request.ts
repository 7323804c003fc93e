import type { IncomingMessage } from 'node:http'
import { parseHost } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'
import { foldsToBucket, withoutLeadingSlashes } from './key'
import type { Pace } from './pace'

/** A request with its address taken apart, before anyone has looked at who sent it. */
export interface CosRequest {
  raw: IncomingMessage
  method: string
  target: 'service' | 'bucket' | 'object'
  /** `name-appid`; empty for the service. */
  bucket: string
  /** From the host name, when it names one. */
  region?: string
  accelerate: boolean
  /** Decoded; empty unless the target is an object. */
  key: string
  /** Decoded path as it was signed: in path style it starts with the bucket. */
  pathname: string
  /** Whether the path is nothing but slashes and dots, and more than the bucket's own `/`. */
  isFolded: boolean
  /** Decoded; of a repeated parameter the first counts, for signature and meaning alike. */
  query: Record<string, string>
  /** The query as it was sent. */
  search: string
  headers: Record<string, string | undefined>
  /** How fast its body may be read; none: as fast as it comes. */
  paces: Pace[]
}

/** How hosts and paths name buckets, besides production's own names. */
export interface Addressing {
  pathStyle: 'allow' | 'refuse'
  /** Custom domains, bound in production by CNAME: `Host` -> bucket. */
  hosts: Record<string, string>
}

/** @throws Fault `InvalidURI`, `InvalidBucketName`, `PathStyleDomainForbidden` */
export function readRequest(raw: IncomingMessage, addressing: Addressing): CosRequest {
  const { host, path, search } = splitTarget(raw)
  const headers: CosRequest['headers'] = { host }
  for (const [name, value] of Object.entries(raw.headers)) {
    if (name !== 'host')
      headers[name] = Array.isArray(value) ? value.join(', ') : latin1ToUtf8(value)
  }
  const base = {
    raw,
    method: raw.method ?? 'GET',
    pathname: decode(path),
    isFolded: false,
    query: readQuery(search),
    search,
    headers,
    accelerate: false,
    paces: [],
  }
  const bound = boundBucket(addressing, host)
  const named = bound === undefined ? parseHost(host) : ({ kind: 'bucket', bucket: bound } as const)
  if (named?.kind === 'bucket') {
    return {
      ...base,
      bucket: named.bucket,
      accelerate: 'accelerate' in named && named.accelerate === true,
      ...('region' in named && named.region ? { region: named.region } : {}),
      ...targetOf(base.pathname.slice(1)),
    }
  }
  if (named?.kind === 'invalid') throw new Fault('InvalidBucketName')
  const region = named?.region
  const withRegion = region ? { region } : {}
  if (base.pathname === '/') {
    return { ...base, ...withRegion, bucket: '', key: '', target: 'service' }
  }
  // Path style: the first segment is the bucket.
  if (addressing.pathStyle === 'refuse') throw new Fault('PathStyleDomainForbidden')
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(base.pathname) ?? []
  return { ...base, ...withRegion, bucket, ...targetOf(key) }
}

/** The bucket of a custom domain, whatever the port and the case of the letters. */
function boundBucket({ hosts }: Addressing, host: string): string | undefined {
  const name = host.toLowerCase()
  const bare = name.replace(/:\d+$/, '')
  return Object.entries(hosts).find(([own]) => [name, bare].includes(own.toLowerCase()))?.[1]
}

function targetOf(path: string): Pick<CosRequest, 'target' | 'key' | 'isFolded'> {
  return foldsToBucket(path)
    ? { target: 'bucket', key: '', isFolded: path !== '' }
    : { target: 'object', key: withoutLeadingSlashes(path), isFolded: false }
}

/** Which bucket a request addresses, as far as its address can be read. */
export function addressedBucket(
  raw: IncomingMessage,
  addressing: Addressing,
): { bucket: string; region?: string } | undefined {
  const { host, path } = splitTarget(raw)
  const bound = boundBucket(addressing, host)
  if (bound !== undefined) return { bucket: bound }
  const named = parseHost(host)
  if (named?.kind === 'bucket') return named
  if (named?.kind === 'invalid' || addressing.pathStyle === 'refuse') return undefined
  return { bucket: path.split('/')[1] ?? '', ...(named?.region ? { region: named.region } : {}) }
}

/** Host, path and query; a proxy client sends the whole URL as its target. */
function splitTarget(raw: IncomingMessage): { host: string; path: string; search: string } {
  const url = raw.url ?? '/'
  const absolute = /^https?:\/\/([^/?]+)([^?]*)(?:\?(.*))?$/s.exec(url)
  if (absolute) {
    const host = raw.headers.host ?? (absolute[1] as string)
    return { host, path: absolute[2] || '/', search: absolute[3] ?? '' }
  }
  const mark = url.indexOf('?')
  const host = raw.headers.host ?? ''
  return mark < 0
    ? { host, path: url, search: '' }
    : { host, path: url.slice(0, mark), search: url.slice(mark + 1) }
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
    throw new Fault('InvalidURI')
  }
}

/** Node reads header bytes as Latin-1; clients send, and sign, UTF-8. */
function latin1ToUtf8(value: string | undefined): string | undefined {
  if (value === undefined || !/[\x80-\xff]/.test(value)) return value
  const text = Buffer.from(value, 'latin1').toString('utf8')
  return text.includes('\ufffd') ? value : text
}

/** The version a request names. COS's own pages write the parameter in two ways; empty is none. */
export function versionIdOf({ query }: CosRequest): string | undefined {
  return query.versionId || query.VersionId || undefined
}

import {
  type Address,
  type AnyOperation,
  argumentError,
  bucketAddress,
  type CosError,
  checkBucket,
  checkKey,
  checkRegion,
  encodeComponent,
  encodeKey,
  isSignedHeader,
  paramHeaders,
  putObject,
  queryString,
  requestOf,
  serviceAddress,
  setHeader,
} from '@miniprogram-cos/protocol'
import type { ScopeEntry } from '../credentials/answers'
import { contentMd5, hexMd5 } from '../hash/md5'
import type { ResolvedOptions } from '../options'

export type Params = Record<string, unknown>

/** A request, complete but for its signature. */
export interface Prepared {
  row: AnyOperation
  params: Params
  Bucket: string
  Region: string
  Key: string
  url: string
  address: Address
  /** `host/encoded-key`, no scheme. */
  location: string
  /** Signed path. */
  pathname: string
  /** Signed parameters, the sub-resource among them. */
  query: Record<string, string>
  /** Sent headers; `Content-Length` is signed, but set by WeChat. */
  headers: Record<string, string | number>
  body: string | ArrayBuffer | undefined
  scope: ScopeEntry[]
}

/** Turns a call's params into a request. The params are not changed. @throws CosError */
export function prepare(row: AnyOperation, given: Params, options: ResolvedOptions): Prepared {
  const params = { ...given }
  const { Bucket, Region, Key } = readTarget(row, params, options)
  params.Key = Key
  const address =
    row.target === 'service'
      ? serviceAddress(Region || undefined, options)
      : bucketAddress(Bucket, Region, options)
  const parts = requestOf(row, params)
  if (!row.refuseKey || options.ObjectKeySimplifyCheck) refuseFolding(row, Key)
  const query = queryOf(row, parts.query)
  // Without them it would be another operation: DELETE of an upload becomes DELETE of the object.
  for (const need of row.needs ?? []) if (!query[need]) throw missingParam(need)
  const path = row.target === 'object' ? `/${encodeKey(Key)}` : row.target === 'bucket' ? '/' : ''
  const search = searchOf(row, query, params.QueryString as string | undefined)
  return {
    row,
    params,
    Bucket,
    Region,
    Key,
    address,
    url: address.base + path + search,
    location: locationOf(row, address, path, { Bucket, Region, Key }, options),
    pathname: `${address.signedPrefix}/${row.target === 'object' ? Key : ''}`,
    query,
    headers: {
      ...headersOf(row, params, parts.headers, parts.body, options),
      ...(row === putObject ? metaMd5(params, parts.body, options) : {}),
    },
    body: parts.body,
    scope: scopeOf(row, params, { Bucket, Region, Key }, options),
  }
}

/** A form upload names the plain host even when it went through the accelerated one, as COS does. */
function locationOf(
  row: AnyOperation,
  address: Address,
  path: string,
  { Bucket, Region, Key }: { Bucket: string; Region: string; Key: string },
  options: ResolvedOptions,
): string {
  const { base } = row.form
    ? bucketAddress(Bucket, Region, { ...options, UseAccelerate: false })
    : address
  return base.replace(/^[a-z]+:\/\//i, '') + (row.form ? `/${encodeKey(Key)}` : path)
}

function readTarget(row: AnyOperation, params: Params, options: ResolvedOptions) {
  const required = (name: string): string => {
    const value = params[name] ?? options[name as 'Bucket']
    if (typeof value === 'string' && value !== '') return value
    throw missingParam(name)
  }
  const Region =
    row.target === 'service' ? String(params.Region ?? '') : checkRegion(required('Region'))
  if (row.target === 'service') return { Bucket: '', Region, Key: '' }
  const Bucket = checkBucket(required('Bucket'), options.AppId)
  if (row.target !== 'object' && !row.form) return { Bucket, Region, Key: '' }
  // One leading slash is forgiven, as the official client does.
  const Key = required('Key').replace(/^\//, '')
  checkKey(Key)
  return { Bucket, Region, Key }
}

/** A phone's network folds dot segments away: the request would be for another object. @throws CosError */
function refuseFolding(row: AnyOperation, Key: string): void {
  row.refuseKey?.(Key)
  if (!/(?:^|\/)\.\.?(?:\/|$)/.test(Key)) return
  throw argumentError(
    'KitInvalidKey',
    `invalid Key ${JSON.stringify(Key)}: "." and ".." between slashes would lead to another object`,
  )
}

/** By the param's name, `UploadId` for `uploadId`. */
function missingParam(name: string): CosError {
  return argumentError('KitMissingParam', `missing param ${name[0]?.toUpperCase()}${name.slice(1)}`)
}

function queryOf(
  row: AnyOperation,
  given: Record<string, string | number | boolean | undefined> | undefined,
): Record<string, string> {
  const query: Record<string, string> = row.subresource ? { [row.subresource]: '' } : {}
  for (const [name, value] of Object.entries(given ?? {})) {
    if (value !== undefined && value !== null) query[name] = String(value)
  }
  return query
}

/** The sub-resource comes first and bare, then raw unsigned text, then the parameters. */
export function searchOf(
  row: AnyOperation,
  query: Record<string, string>,
  raw: string | undefined,
): string {
  const { [row.subresource ?? '']: _, ...rest } = query
  const named = row.subresource ? encodeComponent(row.subresource) : ''
  const pieces = [named, raw, queryString(rest)].filter(Boolean)
  return pieces.length > 0 ? `?${pieces.join('&')}` : ''
}

function headersOf(
  row: AnyOperation,
  params: Params,
  defaults: Record<string, string | number | undefined> | undefined,
  body: string | ArrayBuffer | undefined,
  options: ResolvedOptions,
): Record<string, string | number> {
  const headers = paramHeaders(params)
  // An empty value says as little as none.
  const has = (name: string) =>
    Object.keys(headers).some(
      (own) => own.toLowerCase() === name.toLowerCase() && headers[own] !== '',
    )
  const add = (name: string, value: string | number | undefined) => {
    if (!has(name)) setHeader(headers, name, value)
  }
  for (const [name, value] of Object.entries(defaults ?? {})) {
    if (row.ownHeadersWin) setHeader(headers, name, value)
    else add(name, value)
  }
  if (row.contentMd5 && body) {
    // The document is ours, whatever the caller's headers say of contents.
    setHeader(headers, 'Content-Type', row.contentType ?? 'application/xml')
    setHeader(headers, 'Content-MD5', contentMd5(body))
  } else if (options.UploadCheckContentMd5 && row.method === 'PUT' && body) {
    add('Content-MD5', contentMd5(body))
  }
  if (body && typeof body !== 'string') add('Content-Length', body.byteLength)
  return headers
}

/** The content's MD5 as metadata, for whoever reads the object later. */
function metaMd5(
  { UploadAddMetaMd5 }: Params,
  body: string | ArrayBuffer | undefined,
  options: ResolvedOptions,
): Record<string, string> {
  const isWanted = (UploadAddMetaMd5 ?? options.UploadAddMetaMd5) && body
  return isWanted ? { 'x-cos-meta-md5': hexMd5(body) } : {}
}

/** What a key for this request must permit, in the official form. */
function scopeOf(
  row: AnyOperation,
  params: Params,
  { Bucket, Region, Key }: { Bucket: string; Region: string; Key: string },
  { CopySourceParser }: ResolvedOptions,
): ScopeEntry[] {
  const entry = (action: string, prefix: string): ScopeEntry => ({
    action: `name/cos:${action}`,
    bucket: Bucket,
    region: Region,
    prefix,
  })
  const scope: ScopeEntry[] = []
  for (const { action, on } of row.access) {
    if (on === 'listedObjects') {
      for (const object of params.Objects as { Key: string }[])
        scope.push(entry(action, object.Key))
    } else if (on === 'copySource' && row.sourceOf) {
      const source = row.sourceOf(String(params.CopySource ?? ''), CopySourceParser)
      const own = entry(action, source.Key)
      scope.push({ ...own, bucket: source.Bucket, region: source.Region ?? Region })
    } else scope.push(entry(action, on === 'prefix' ? String(params.Prefix ?? '') : Key))
  }
  return scope
}

/** The headers that are signed: those that count, except the two WeChat may change on the way. */
export function headersToSign(
  { headers, address }: Prepared,
  { ForceSignHost }: Pick<ResolvedOptions, 'ForceSignHost'>,
): Record<string, string> {
  const signed: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    if (lower === 'content-type' || lower === 'cache-control' || value === '') continue
    if (isSignedHeader(name)) signed[name] = String(value)
  }
  const isGiven = Object.keys(signed).some((name) => name.toLowerCase() === 'host')
  if (!isGiven && ForceSignHost) signed.Host = address.host
  return signed
}

import {
  type Address,
  type AnyOperation,
  bucketAddress,
  CosError,
  checkBucket,
  checkRegion,
  encodeComponent,
  encodeKey,
  isSignedHeader,
  type OperationName,
  operations,
  paramHeaders,
  parseCopySource,
  queryString,
  serviceAddress,
} from '@miniprogram-cos/protocol'
import type { ScopeEntry } from '../credentials/answers'
import { contentMd5 } from '../hash/md5'
import type { ResolvedOptions } from '../options'

export type Params = Record<string, unknown>

/** A request, complete but for its signature. */
export interface Prepared {
  name: OperationName
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
export function prepare(name: OperationName, given: Params, options: ResolvedOptions): Prepared {
  const row = operations[name] as AnyOperation
  const params = { ...given }
  const { Bucket, Region, Key } = readTarget(row, params, options)
  params.Key = Key
  const address =
    row.target === 'service'
      ? serviceAddress(Region || undefined, options)
      : bucketAddress(Bucket, Region, options)
  const parts = row.request?.(params) ?? {}
  const query = queryOf(row, parts.query)
  const path = row.target === 'object' ? `/${encodeKey(Key)}` : row.target === 'bucket' ? '/' : ''
  const search = searchOf(row, query, params.QueryString as string | undefined)
  return {
    name,
    row,
    params,
    Bucket,
    Region,
    Key,
    address,
    url: address.base + path + search,
    location: `${address.base.replace(/^[a-z]+:\/\//i, '')}${row.form ? `/${encodeKey(Key)}` : path}`,
    pathname: `${address.signedPrefix}/${row.target === 'object' ? Key : ''}`,
    query,
    headers: headersOf(row, params, parts.headers, parts.body, options),
    body: parts.body,
    scope: scopeOf(row, params, { Bucket, Region, Key }),
  }
}

function readTarget(row: AnyOperation, params: Params, options: ResolvedOptions) {
  const required = (name: string): string => {
    const value = params[name] ?? options[name as 'Bucket']
    if (typeof value === 'string' && value !== '') return value
    throw new CosError({
      kind: 'argument',
      code: 'KitMissingParam',
      message: `missing param ${name}`,
      error: `missing param ${name}`,
    })
  }
  const Region =
    row.target === 'service' ? String(params.Region ?? '') : checkRegion(required('Region'))
  if (row.target === 'service') return { Bucket: '', Region, Key: '' }
  const Bucket = checkBucket(required('Bucket'), options.AppId)
  const needsKey = row.target === 'object' || row.form
  // One leading slash is forgiven, as the official client does.
  return { Bucket, Region, Key: needsKey ? required('Key').replace(/^\//, '') : '' }
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
function searchOf(
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
  const has = (name: string) =>
    Object.keys(headers).some((own) => own.toLowerCase() === name.toLowerCase())
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined && !has(name)) headers[name] = value
  }
  for (const [name, value] of Object.entries(defaults ?? {})) {
    // A row's own reading of a param (grants without duplicates) replaces the plain one.
    if (row.subresource === 'acl' && value !== undefined) headers[name] = value
    else add(name, value)
  }
  if (row.contentMd5 && body) {
    add('Content-Type', row.contentType ?? 'application/xml')
    add('Content-MD5', contentMd5(body))
  } else if (options.UploadCheckContentMd5 && row.method === 'PUT' && body) {
    add('Content-MD5', contentMd5(body))
  }
  if (body && typeof body !== 'string') add('Content-Length', body.byteLength)
  return headers
}

/** What a key for this request must permit, in the official form. */
function scopeOf(
  row: AnyOperation,
  params: Params,
  { Bucket, Region, Key }: { Bucket: string; Region: string; Key: string },
): ScopeEntry[] {
  const entry = (action: string, prefix: string): ScopeEntry => ({
    action: `name/cos:${action}`,
    bucket: Bucket,
    region: Region,
    prefix,
  })
  return row.access.flatMap(({ action, on }) => {
    if (on === 'listedObjects') {
      return (params.Objects as { Key: string }[]).map((object) => entry(action, object.Key))
    }
    if (on === 'copySource') {
      const source = parseCopySource(String(params.CopySource ?? ''))
      const own = entry(action, source.Key)
      return [{ ...own, bucket: source.Bucket, region: source.Region ?? Region }]
    }
    return [entry(action, on === 'prefix' ? String(params.Prefix ?? '') : Key)]
  })
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
  const isGiven = Object.keys(headers).some((name) => name.toLowerCase() === 'host')
  if (!isGiven && ForceSignHost) signed.Host = address.host
  return signed
}

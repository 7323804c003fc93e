import {
  type AccessTarget,
  type AnyOperation,
  bucketAddress,
  checkBucket,
  checkKey,
  checkRegion,
  cosError,
  encodeComponent,
  encodeKey,
  isSignedHeader,
  paramHeaders,
  queryString,
  requestOf,
  serviceAddress,
  setHeader,
} from '@miniprogram-cos/protocol'
import type { RequestToAuthorize, ScopeEntry } from '../credentials/answers'
import { contentMd5 } from '../hash/md5'
import type { ResolvedOptions } from '../options'
import { pick } from '../pick'
import { missingParam } from './failures'

export type Params = Record<string, unknown>

type Headers = Record<string, string | number>

/** A request, complete but for its signature. */
export interface Prepared {
  row: AnyOperation
  params: Params
  Bucket: string
  Region: string
  Key: string
  method: string
  url: string
  /** The `Host` header that is signed. */
  host: string
  /** `host/encoded-key`, no scheme. */
  location: string
  /** Signed path. */
  pathname: string
  /** Signed parameters, the sub-resource among them. */
  query: Record<string, string>
  /** Sent headers; `Content-Length` is signed, but set by WeChat. */
  headers: Headers
  body: string | ArrayBuffer | undefined
  scope: ScopeEntry[]
}

/** Turns a call's params into a request. The params are not changed. @throws CosError */
export function prepare(row: AnyOperation, given: Params, core: PrepareContext): Prepared {
  const { options } = core
  const { Bucket, Region, Key } = readTarget(row, given, options)
  const params: Params = { ...given, Key }
  const { base, host, signedPrefix } = Bucket
    ? bucketAddress(Bucket, Region, options)
    : serviceAddress(Region, options)
  const { query: fields = {}, headers, body } = requestOf(row, params)
  if (!row.refuseKey || options.ObjectKeySimplifyCheck) refuseFolding(row, Key)
  const query: Record<string, string> = {}
  if (row.subresource) query[row.subresource] = ''
  for (const [name, value] of Object.entries(pick(fields))) query[name] = String(value)
  // Without them it would be another operation: DELETE of an upload becomes DELETE of the object.
  for (const need of row.needs || []) if (!query[need]) throw missingParam(need)
  const path = Bucket && `/${encodeKey(Key)}`
  // A form upload names the plain host even when it went through the accelerated one, as COS does.
  const named = row.form ? `/${encodeKey(formKey(Key, params.FilePath))}` : path
  const { base: shown } = row.form
    ? bucketAddress(Bucket, Region, { ...options, UseAccelerate: false })
    : { base }
  return {
    row,
    params,
    Bucket,
    Region,
    Key,
    method: row.method,
    url: base + (row.form ? '/' : path) + searchOf(row, query, params.QueryString),
    host,
    location: shown.replace(/^[a-z]+:\/\//i, '') + named,
    pathname: `${signedPrefix}/${row.form ? '' : Key}`,
    query,
    headers: headersOf(row, params, headers, body, options),
    body,
    scope: scopeOf(row, params, { bucket: Bucket, region: Region, prefix: Key }, core),
  }
}

function readTarget(row: AnyOperation, params: Params, options: ResolvedOptions) {
  const required = (name: 'Bucket' | 'Region' | 'Key'): string => {
    const value = params[name] ?? options[name as 'Bucket']
    if (typeof value === 'string' && value) return value
    throw missingParam(name)
  }
  const target = { Bucket: '', Region: String(params.Region || ''), Key: '' }
  if (row.target !== 'service') {
    target.Region = checkRegion(required('Region'))
    target.Bucket = checkBucket(required('Bucket'), (params.AppId || options.AppId) as string)
    if (row.target === 'object' || row.form) {
      // One leading slash is forgiven, as the official client does.
      target.Key = required('Key').replace(/^\//, '')
      checkKey(target.Key)
    }
  }
  return target
}

/** A phone's network folds dot segments away: the request would be for another object. @throws CosError */
function refuseFolding(row: AnyOperation, Key: string): void {
  row.refuseKey?.(Key)
  if (!/(^|\/)\.\.?(\/|$)/.test(Key)) return
  const message = `invalid Key ${JSON.stringify(Key)}: "." and ".." between slashes would lead to another object`
  throw cosError('argument', 'KitInvalidKey', message)
}

/** The sub-resource comes first and bare, then raw unsigned text, then the parameters. */
export function searchOf({ subresource = '' }: AnyOperation, query: object, raw?: unknown): string {
  const { [subresource as never]: _, ...rest } = query
  const pieces = [encodeComponent(subresource), raw, queryString(rest)].filter(Boolean)
  return pieces[0] ? `?${pieces.join('&')}` : ''
}

/** What the row says of itself gives way to what the caller says; an empty value says as little as none. */
function headersOf(
  row: AnyOperation,
  params: Params,
  own: object | undefined,
  body: string | ArrayBuffer | undefined,
  options: ResolvedOptions,
): Headers {
  const headers = paramHeaders(params)
  const isSaid = (name: string) =>
    Object.keys(headers).some((said) => headers[said] !== '' && isSame(said, name))
  const add = (more: object = {}, wins?: boolean) => {
    for (const [name, value] of Object.entries(more)) {
      if (wins || !isSaid(name)) setHeader(headers, name, value)
    }
  }
  add(own, row.ownHeadersWin)
  if (body) {
    // A document is ours, whatever the caller's headers say of contents.
    const { contentMd5: isDocument, contentType = 'application/xml' } = row
    if (isDocument) add({ 'Content-Type': contentType }, true)
    if (isDocument || (options.UploadCheckContentMd5 && row.method === 'PUT')) {
      add({ 'Content-MD5': contentMd5(body) }, isDocument)
    }
    if (typeof body !== 'string') add({ 'Content-Length': body.byteLength })
  }
  return headers
}

/** Header names count in any case. */
export const isSame = (name: string, other: string) => name.toLowerCase() === other.toLowerCase()

/** The key of a form upload: COS puts the name of the file in place of `${filename}` (document 436/14690). */
export function formKey(Key: string, FilePath: unknown): string {
  const name = String(FilePath).replace(/^.*\//, '')
  return Key.replace(/\$\{filename\}/g, () => name)
}

/** What of the client a request is made by. */
export interface PrepareContext {
  options: ResolvedOptions
  scopes: Scopes
}

/** How a row names what it needs access to, where that is not its own key; see `furtherScopes`. */
export type Scopes = {
  [On in AccessTarget]?: (
    params: Params,
    row: AnyOperation,
    options: ResolvedOptions,
  ) => Partial<ScopeEntry>[]
}

/** What a key for this request must permit, in the official form. */
function scopeOf(
  row: AnyOperation,
  params: Params,
  own: Omit<ScopeEntry, 'action'>,
  { options, scopes }: PrepareContext,
): ScopeEntry[] {
  const scope: ScopeEntry[] = []
  for (const { action, on } of row.access) {
    const named = scopes[on]
    for (const part of named ? named(params, row, options) : [{}]) {
      scope.push({ action: `name/cos:${action}`, ...own, ...part })
    }
  }
  return scope
}

/** The headers that are signed: those that count, except the two WeChat may change on the way. */
export function headersToSign(
  { headers, host }: Pick<Prepared, 'headers' | 'host'>,
  { ForceSignHost }: ResolvedOptions,
): Record<string, string> {
  const signed: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== '' && isSignedHeader(name) && !/^(content-type|cache-control)$/i.test(name)) {
      signed[name] = String(value)
    }
  }
  if (ForceSignHost && !Object.keys(signed).some((name) => isSame(name, 'host'))) signed.Host = host
  return signed
}

/** What a provider of keys and signatures is told of a request. */
export function authorizationRequest(
  prepared: Prepared,
  options: ResolvedOptions,
): RequestToAuthorize {
  const { Bucket, Region, row, method, pathname, query, scope, Key } = prepared
  return {
    Bucket,
    Region,
    Method: method,
    Key: row.form ? '' : Key,
    Pathname: pathname,
    Query: query,
    Headers: headersToSign(prepared, options),
    Scope: scope,
    ForceSignHost: options.ForceSignHost,
  }
}

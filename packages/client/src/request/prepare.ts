import {
  type AccessTarget,
  type AnyOperation,
  argumentError,
  bucketAddress,
  checkBucket,
  checkKey,
  checkRegion,
  encodeComponent,
  encodeKey,
  isSignedHeader,
  paramHeaders,
  paramOf,
  queryString,
  requestOf,
  type ScopeEntry,
  serviceAddress,
  setHeader,
} from '@miniprogram-cos/protocol'
import type { CredentialRequest } from '../credentials/provider'
import { toBase64 } from '../hash'
import { loadIntegrity } from '../lazy/integrity'
import { pick, type ResolvedOptions } from '../options'
import { missingParam } from './errors'

export type Params = Record<string, unknown>

type Headers = Record<string, string | number>

/** A request, complete but for its signature. */
export interface Prepared {
  operation: AnyOperation
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
export function prepare(operation: AnyOperation, given: object, core: RequestContext): Prepared {
  const { options } = core
  const params: Params = { ...given }
  const target = resolveTarget(params, options, operation)
  const { Bucket, Region, Key } = target
  params.Key = Key
  const { base, host, signedPrefix } = Bucket
    ? bucketAddress(Bucket, Region, options)
    : serviceAddress(Region, options)
  const { query: fields = {}, headers, body } = requestOf(operation, params)
  if (!operation.refuseKey || options.ObjectKeySimplifyCheck) refuseFolding(operation, Key)
  const query: Record<string, string> = {}
  if (operation.subresource) query[operation.subresource] = ''
  for (const [name, value] of Object.entries(pick(fields))) query[name] = String(value)
  // Without them it would be another operation: DELETE of an upload becomes DELETE of the object.
  for (const need of operation.needs || []) if (!query[need]) throw missingParam(paramOf(need))
  const path = Bucket && `/${encodeKey(Key)}`
  // A form upload names the plain host even when it went through the accelerated one, as COS does.
  const location = operation.form
    ? locationOf(
        { ...target, Key: formKey(Key, params.FilePath) },
        { ...options, UseAccelerate: false },
      )
    : Bucket && locationOf(target, options)
  return {
    operation,
    params,
    Bucket,
    Region,
    Key,
    method: operation.method,
    url: base + (operation.form ? '/' : path) + searchOf(operation, query, params.QueryString),
    host,
    location,
    pathname: `${signedPrefix}/${operation.form ? '' : Key}`,
    query,
    headers: headersOf(operation, params, headers, body),
    body,
    scope: scopeOf(operation, params, { bucket: Bucket, region: Region, prefix: Key }, core),
  }
}

/** The bucket and key that a call is about. */
export interface Target {
  Bucket: string
  Region: string
  Key: string
}

/**
 * Reads bucket, region and key of a call, with the defaults of the options, as far as the operation has them.
 * @throws CosError `KitMissingParam`, `KitInvalidBucket`, `KitInvalidRegion`, `KitInvalidKey`
 */
export function resolveTarget(
  params: Params,
  options: ResolvedOptions,
  { target: kind, form }: Pick<AnyOperation, 'target' | 'form'> = { target: 'object' },
): Target {
  const required = (name: keyof Target): string => {
    const value = params[name] ?? (name === 'Key' ? undefined : options[name])
    if (typeof value === 'string' && value) return value
    throw missingParam(name)
  }
  const target = { Bucket: '', Region: String(params.Region || ''), Key: '' }
  if (kind !== 'service') {
    target.Region = checkRegion(required('Region'))
    target.Bucket = checkBucket(required('Bucket'), String(params.AppId || options.AppId))
    if (kind === 'object' || form) {
      // One leading slash is dropped, as the official client does.
      target.Key = required('Key').replace(/^\//, '')
      checkKey(target.Key)
    }
  }
  return target
}

/** `host/encoded-key`, no scheme: what cos-wx-sdk-v5 calls Location. */
export const locationOf = ({ Bucket, Region, Key }: Target, options: ResolvedOptions): string =>
  `${bucketAddress(Bucket, Region, options).base.replace(/^[a-z]+:\/\//i, '')}/${encodeKey(Key)}`

/** Phones resolve dot segments: the request would be for another object. @throws CosError */
function refuseFolding(operation: AnyOperation, Key: string): void {
  if (operation.refuseKey) operation.refuseKey(Key)
  if (!/(^|\/)\.\.?(\/|$)/.test(Key)) return
  throw argumentError('KitInvalidKey', '"." and ".." in a Key lead to another object', Key)
}

/** The sub-resource comes first and bare, then raw unsigned text, then the parameters. */
export function searchOf(
  { subresource = '' }: AnyOperation,
  query: Record<string, string>,
  raw?: unknown,
): string {
  const { [subresource]: _, ...rest } = query
  const pieces = [encodeComponent(subresource), raw, queryString(rest)].filter(Boolean)
  return pieces[0] ? `?${pieces.join('&')}` : ''
}

/** The operation's own headers give way to the caller's; an empty value counts as none. */
function headersOf(
  operation: AnyOperation,
  params: Params,
  own: object | undefined,
  body: string | ArrayBuffer | undefined,
): Headers {
  const headers = paramHeaders(params)
  const isSet = (name: string) =>
    Object.keys(headers).some((own) => headers[own] !== '' && isSame(own, name))
  const add = (more: object = {}, wins?: boolean) => {
    for (const [name, value] of Object.entries(more)) {
      if (wins || !isSet(name)) setHeader(headers, name, value)
    }
  }
  add(own, operation.ownHeadersWin)
  if (body) {
    // The headers of a generated document win over the caller's.
    const { contentMd5: isDocument, contentType = 'application/xml' } = operation
    if (isDocument) add({ 'Content-Type': contentType }, true)
    if (isDocument) add({ 'Content-MD5': toBase64(loadIntegrity().md5(body)) }, true)
    if (typeof body !== 'string') add({ 'Content-Length': body.byteLength })
  }
  return headers
}

/** Compares header names, ignoring case. */
export const isSame = (name: string, other: string) => name.toLowerCase() === other.toLowerCase()

/** The key of a form upload: COS puts the name of the file in place of `${filename}` (document 436/14690). */
export function formKey(Key: string, FilePath: unknown): string {
  const name = String(FilePath).replace(/^.*\//, '')
  return Key.replace(/\$\{filename\}/g, () => name)
}

/** The part of the client that `prepare` uses. */
export interface RequestContext {
  options: ResolvedOptions
  features: { readonly scopes: ScopeReaders }
}

/** How an operation names what it accesses, where that is not its own key. */
export type ScopeReaders = {
  [On in AccessTarget]?: (
    params: Params,
    operation: AnyOperation,
    options: ResolvedOptions,
  ) => Partial<ScopeEntry>[]
}

/** The permissions that a key for this request needs, in the official form. */
function scopeOf(
  operation: AnyOperation,
  params: Params,
  own: Omit<ScopeEntry, 'action'>,
  { options, features }: RequestContext,
): ScopeEntry[] {
  const scope: ScopeEntry[] = []
  for (const { action, on } of operation.access) {
    // Read only where it is needed: the full client loads it.
    const named = on === 'object' || on === 'bucket' ? undefined : features.scopes[on]
    for (const part of named ? named(params, operation, options) : [{}]) {
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

/** The description of a request that a credential provider receives. */
export function credentialRequest(prepared: Prepared, options: ResolvedOptions): CredentialRequest {
  const { Bucket, Region, operation, method, pathname, query, scope, Key } = prepared
  return {
    Bucket,
    Region,
    Method: method,
    Key: operation.form ? '' : Key,
    Pathname: pathname,
    Query: query,
    Headers: headersToSign(prepared, options),
    Scope: scope,
    ForceSignHost: options.ForceSignHost,
  }
}

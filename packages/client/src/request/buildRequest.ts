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
import { pick, type ResolvedOptions } from '../options'
import { missingParam } from './errors'
import { md5 } from './integrity'

export type Params = Record<string, unknown>

type Headers = Record<string, string | number>

/** A request that is complete except for its signature. */
export interface UnsignedRequest {
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
  _location: string
  /** The path that is signed. */
  pathname: string
  /** The parameters that are signed, including the sub-resource. */
  query: Record<string, string>
  /** The headers that are sent. `Content-Length` is signed, but WeChat sets it. */
  headers: Headers
  body: string | ArrayBuffer | undefined
  scope: ScopeEntry[]
}

/** Turns a call's params into a request. The params are not changed. @throws CosError */
export function buildRequest(
  operation: AnyOperation,
  callParams: object,
  core: RequestContext,
): UnsignedRequest {
  const { options } = core
  const params: Params = { ...callParams }
  const target = resolveTarget(params, options, operation)
  const { Bucket, Region, Key } = target
  params.Key = Key
  const {
    base,
    host,
    _signedPrefix: signedPrefix,
  } = Bucket ? bucketAddress(Bucket, Region, options) : serviceAddress(Region, options)
  const { query: fields = {}, headers, body } = requestOf(operation, params)
  if (!operation._checkKey || options.ObjectKeySimplifyCheck) refuseDotSegments(operation, Key)
  const query: Record<string, string> = {}
  if (operation.subresource) query[operation.subresource] = ''
  for (const [name, value] of Object.entries(pick(fields))) query[name] = String(value)
  // Without a required parameter, the request would be another operation: DELETE of an upload becomes DELETE of the object.
  for (const name of operation.needs || []) if (!query[name]) throw missingParam(paramOf(name))
  const path = Bucket && `/${encodeKey(Key)}`
  // For a form upload, COS returns the plain host even if the request was sent to the accelerated one.
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
    url: base + (operation.form ? '/' : path) + buildSearch(operation, query, params.QueryString),
    host,
    _location: location,
    pathname: `${signedPrefix}/${operation.form ? '' : Key}`,
    query,
    headers: headersOf(operation, params, headers, body),
    body,
    scope: scopeOf(operation, params, { bucket: Bucket, region: Region, prefix: Key }, core),
  }
}

/** The object of a call. */
export interface Target {
  Bucket: string
  Region: string
  Key: string
}

/**
 * Reads bucket, region and key of a call, as far as the operation needs them. Bucket and region default to the options.
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

/** Phones resolve dot segments: the request would be for another object. @throws CosError `KitInvalidKey` */
function refuseDotSegments(operation: AnyOperation, Key: string): void {
  if (operation._checkKey) operation._checkKey(Key)
  if (!/(^|\/)\.\.?(\/|$)/.test(Key)) return
  const message = 'a Key with the segment "." or ".." would address another object'
  throw argumentError('KitInvalidKey', message, Key)
}

/** The query string: first the sub-resource without a value, then raw unsigned text, then the parameters. */
export function buildSearch(
  { subresource = '' }: AnyOperation,
  query: Record<string, string>,
  raw?: unknown,
): string {
  const { [subresource]: _, ...rest } = query
  const pieces = [encodeComponent(subresource), raw, queryString(rest)].filter(Boolean)
  return pieces[0] ? `?${pieces.join('&')}` : ''
}

/** The headers of a request. Those of the caller override those of the operation, unless they are empty. */
function headersOf(
  operation: AnyOperation,
  params: Params,
  operationHeaders: object | undefined,
  body: string | ArrayBuffer | undefined,
): Headers {
  const headers = paramHeaders(params)
  const isSet = (name: string) =>
    Object.keys(headers).some((other) => headers[other] !== '' && isSameHeader(other, name))
  const add = (added: object = {}, overrides?: boolean) => {
    for (const [name, value] of Object.entries(added)) {
      if (overrides || !isSet(name)) setHeader(headers, name, value)
    }
  }
  add(operationHeaders, operation._headersOverrideParams)
  if (body) {
    // The headers of a generated document override the caller's.
    const { _contentMd5: isDocument, _contentType: contentType = 'application/xml' } = operation
    if (isDocument) add({ 'Content-Type': contentType }, true)
    if (isDocument) add({ 'Content-MD5': toBase64(md5(body)) }, true)
    if (typeof body !== 'string') add({ 'Content-Length': body.byteLength })
  }
  return headers
}

/** Compares header names, ignoring case. */
export const isSameHeader = (name: string, other: string) =>
  name.toLowerCase() === other.toLowerCase()

/** The key of a form upload, in which COS replaces `${filename}` by the name of the file (document 436/14690). */
export function formKey(Key: string, FilePath: unknown): string {
  const name = String(FilePath).replace(/^.*\//, '')
  return Key.replace(/\$\{filename\}/g, () => name)
}

/** The part of the client that `buildRequest` uses. */
export interface RequestContext {
  options: ResolvedOptions
  _features: { readonly _readScope: ScopeReader }
}

/** Reads the scope of an operation that accesses something other than its own key. */
export type ScopeReader = (
  on: AccessTarget,
  params: Params,
  options: ResolvedOptions,
) => Partial<ScopeEntry>[]

/** The permissions that a key for this request needs, in the format of the official client. */
function scopeOf(
  operation: AnyOperation,
  params: Params,
  target: Omit<ScopeEntry, 'action'>,
  { options, _features }: RequestContext,
): ScopeEntry[] {
  const scope: ScopeEntry[] = []
  for (const { action, on } of operation.access) {
    const isTarget = on === 'object' || on === 'bucket'
    for (const entry of isTarget ? [{}] : _features._readScope(on, params, options)) {
      scope.push({ action: `name/cos:${action}`, ...target, ...entry })
    }
  }
  return scope
}

/** The headers to sign: those that COS includes in a signature, except two that WeChat may change. */
export function headersToSign(
  { headers, host }: Pick<UnsignedRequest, 'headers' | 'host'>,
  { ForceSignHost }: ResolvedOptions,
): Record<string, string> {
  const signed: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== '' && isSignedHeader(name) && !/^(content-type|cache-control)$/i.test(name)) {
      signed[name] = String(value)
    }
  }
  if (ForceSignHost && !Object.keys(signed).some((name) => isSameHeader(name, 'host')))
    signed.Host = host
  return signed
}

/** Describes a request to the credential provider. */
export function credentialRequest(
  unsigned: UnsignedRequest,
  options: ResolvedOptions,
): CredentialRequest {
  const { Bucket, Region, operation, method, pathname, query, scope, Key } = unsigned
  return {
    Bucket,
    Region,
    Method: method,
    Key: operation.form ? '' : Key,
    Pathname: pathname,
    Query: query,
    Headers: headersToSign(unsigned, options),
    Scope: scope,
    ForceSignHost: options.ForceSignHost,
  }
}

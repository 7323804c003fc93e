import {
  type AccessTarget,
  type AnyOperation,
  argumentError,
  matchOperation,
  operations,
  parseCopySource,
  readXml,
  type ScopeEntry,
} from '@miniprogram-cos/protocol'
import type { Callback } from './callbacks'
import type { COS } from './client'
import { getObjectContent } from './download/ranges'
import { pick, type ResolvedOptions } from './options'
import { buildSearch, type Params, type UnsignedRequest } from './request/buildRequest'
import { type ClientCore, execute } from './request/execute'
import { type Deletions, deletions, type TrashSteps, trashMethods } from './trash'

// The methods that execute an operation or any request. On phones part of methods.js, which is loaded when one of them is
// first called: see scripts/build/client.ts.

/** Runs the method of that name. */
export function runMethod(
  cos: COS,
  name: string,
  // biome-ignore lint/suspicious/noExplicitAny: the params of any method
  params: any,
  callback: Callback<object> | undefined,
): unknown {
  const { [name]: operation }: { [name: string]: AnyOperation } = operations
  const isOfService = operation && operation.target === 'service'
  return cos._run(stepOf(cos, name, operation), params, callback, isOfService)
}

/** Returns what a method runs once its params are complete: its operation, or a step of its own. */
function stepOf(
  cos: COS,
  name: string,
  operation: AnyOperation | undefined,
  // biome-ignore lint/suspicious/noExplicitAny: the params of any method
): (core: ClientCore, params: any) => Promise<object> {
  const { [name]: byFunction }: TrashSteps = trashMethods
  if (byFunction) return (_, params) => byFunction(cos, params)
  if (name === 'getObject') return getObjectContent
  // All other methods execute their operation.
  const run = (core: ClientCore, params: object) =>
    execute<object, object>(core, operation as AnyOperation, params)
  if (!cos._provider || !operation) return run
  const { [name]: remove }: Deletions = deletions
  if (remove) return (core, params) => remove(cos, params, (rest) => run(core, rest))
  if (!operation.access.some(({ on }) => on === 'prefix')) return run
  // A list defaults to the caller's own folder.
  return async (core, { Prefix, ...params }) => {
    const { prefix } = Prefix === undefined ? await cos._caller() : { prefix: Prefix }
    return run(core, { ...params, Prefix: prefix })
  }
}

/** Reads the scope of an operation that accesses something other than its own key. */
export function readScope(
  on: AccessTarget,
  { Prefix, Objects, CopySource }: Params,
  { CopySourceParser }: ResolvedOptions,
): Partial<ScopeEntry>[] {
  if (on === 'prefix') return [{ prefix: String(Prefix || '') }]
  if (on === 'listedObjects') {
    return (Array.isArray(Objects) ? Objects : []).map(({ Key }) => ({ prefix: String(Key) }))
  }
  if (on !== 'copySource') return [{}]
  const { Bucket, Region, Key } = parseCopySource(String(CopySource || ''), CopySourceParser)
  return [pick({ bucket: Bucket, region: Region, prefix: Key })]
}

export interface RequestParams {
  Bucket?: string
  Region?: string
  /** @default the bucket itself */
  Key?: string
  /** @default 'GET' */
  Method?: string
  /** The sub-resource: `image_process`, `cors` … */
  Action?: string
  /** Signed parameters. */
  Query?: Record<string, string | number | undefined>
  Headers?: Record<string, string | number>
  Body?: string | ArrayBuffer
  /** An address that replaces the bucket's, for example that of data processing. */
  Url?: string
  /** Returns the raw response as `Body` instead of the fields of its XML or JSON. @default false */
  RawBody?: boolean
  DataType?: 'text' | 'arraybuffer'
  [param: string]: unknown
}

/** Executes a request that is not in the operation table: an API of COS or of data processing without a method here. */
export function sendCustomRequest(core: ClientCore, params: RequestParams): Promise<object> {
  const { Method = 'GET', Action, Query, Body, RawBody, Url } = params
  // Any method that WeChat can send.
  const method = Method.toUpperCase() as AnyOperation['method']
  const hasBucket = Boolean(params.Bucket || core.options.Bucket)
  // With a Url no bucket is required, even with a Key.
  const target = Url && !hasBucket ? 'service' : params.Key ? 'object' : 'bucket'
  const operation: AnyOperation = {
    method,
    target,
    subresource: Action || undefined,
    access: accessOf(method, target, Action || undefined, Query),
    _idempotent: method !== 'POST',
    _isContent: RawBody === true,
    _build: () => ({ query: Query, body: Body }),
    _parse: ({ body }) => (RawBody ? { Body: body } : fieldsOf(body)),
  }
  if (Url && !/^https?:\/\/[^/]+/.test(Url)) {
    throw argumentError('KitInvalidParam', 'Url must begin with http:// or https://', Url)
  }
  return execute(core, operation, params, Url ? { _redirect: redirectTo(Url) } : {})
}

/** Replaces the host and path of a request, before it is signed. */
function redirectTo(url: string) {
  return (request: UnsignedRequest): void => {
    const [, base = '', host = '', path = '', search = ''] =
      /^(https?:\/\/([^/?]+))([^?]*)\??(.*)$/.exec(url) || []
    for (const part of search.split('&')) {
      const [name = '', value = ''] = part.split('=')
      if (part) request.query[decodeURIComponent(name)] = decodeURIComponent(value)
    }
    const pathname = path || '/'
    request.url = base + pathname + buildSearch(request.operation, request.query)
    request.pathname = decodeURIComponent(pathname)
    request.host = host
  }
}

/** The access that a request requires: from the operation table, or derived from its method. */
function accessOf(
  method: AnyOperation['method'],
  target: AnyOperation['target'],
  subresource: string | undefined,
  given: RequestParams['Query'],
): AnyOperation['access'] {
  const query = { ...(given as Record<string, string>), ...(subresource && { [subresource]: '' }) }
  const { operation } = matchOperation({ method, target, query }) || {}
  // Keys in the body or in a header are not parsed.
  return operation && operation.subresource === subresource
    ? operation.access.map(({ action, on }) => ({ action, on: on === 'prefix' ? on : target }))
    : // `GetObject`, `PutBucket` …
      [{ action: capitalised(method) + capitalised(target), on: target }]
}

const capitalised = (word: string) => word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase()

/** The fields of the root element, or of a JSON object. */
function fieldsOf(body: unknown): object {
  if (typeof body !== 'string') return { Body: body }
  const text = body.trim()
  if (text[0] === '<') return readXml(text)
  try {
    if (text[0] === '{') {
      const parsed: object = JSON.parse(text)
      return parsed
    }
  } catch {
    // Not JSON.
  }
  return text ? { body } : {}
}

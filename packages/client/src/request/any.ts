import {
  type AnyOperation,
  argumentError,
  loadXml,
  matchOperation,
} from '@miniprogram-cos/protocol'
import { type ClientCore, execute } from './execute'
import { type Prepared, searchOf } from './prepare'

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
export function requestAny(core: ClientCore, params: RequestParams): Promise<object> {
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
    idempotent: method !== 'POST',
    isContent: RawBody === true,
    buildRequest: () => ({ query: Query, body: Body }),
    parseResponse: ({ body }) => (RawBody ? { Body: body } : fieldsOf(body)),
  }
  if (Url && !/^https?:\/\/[^/]+/.test(Url)) {
    throw argumentError('KitInvalidParam', 'Url must begin with http:// or https://', Url)
  }
  return execute(core, operation, params, Url ? { redirect: redirectTo(Url) } : {})
}

/** Replaces the host and path of a request, before it is signed. */
function redirectTo(url: string) {
  return (prepared: Prepared): void => {
    const [, base = '', host = '', path = '', search = ''] =
      /^(https?:\/\/([^/?]+))([^?]*)\??(.*)$/.exec(url) || []
    for (const part of search.split('&')) {
      const [name = '', value = ''] = part.split('=')
      if (part) prepared.query[decodeURIComponent(name)] = decodeURIComponent(value)
    }
    const pathname = path || '/'
    prepared.url = base + pathname + searchOf(prepared.operation, prepared.query)
    prepared.pathname = decodeURIComponent(pathname)
    prepared.host = host
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
  if (text[0] === '<') return loadXml().readXml(text)
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

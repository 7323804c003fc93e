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
  /** A sub-resource: `image_process` … */
  Action?: string
  /** Signed parameters. */
  Query?: Record<string, string | number | undefined>
  Headers?: Record<string, string | number>
  Body?: string | ArrayBuffer
  /** Another address than the bucket's, of the same account: that of data processing. */
  Url?: string
  /** The answer as it came, as `Body`. @default false: its XML or JSON, field by field */
  RawBody?: boolean
  DataType?: 'text' | 'arraybuffer'
  [param: string]: unknown
}

/** Executes a request that is no operation of the table: an API of COS or of data processing without a method here. */
export function requestAny(core: ClientCore, params: RequestParams): Promise<object> {
  const { Method = 'GET', Action, Query, Body, RawBody, Url } = params
  // Any method that WeChat can send.
  const method = Method.toUpperCase() as AnyOperation['method']
  const hasBucket = Boolean(params.Bucket ?? core.options.Bucket)
  // An address of its own needs no bucket, also beside a Key.
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

/** Sends a request to another host and path, which are signed instead. */
function redirectTo(url: string) {
  return (prepared: Prepared): void => {
    const [, base = '', host = '', path = '', search = ''] =
      /^(https?:\/\/([^/?]+))([^?]*)\??(.*)$/.exec(url) ?? []
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

/** The access that a request requires: by the operation table, else by its method. */
function accessOf(
  method: AnyOperation['method'],
  target: AnyOperation['target'],
  subresource: string | undefined,
  given: RequestParams['Query'],
): AnyOperation['access'] {
  const query = { ...(given as Record<string, string>), ...(subresource && { [subresource]: '' }) }
  const { operation: known } = matchOperation({ method, target, query }) || {}
  // Keys in a body or a header are not read.
  return known && known.subresource === subresource
    ? known.access.map(({ action, on }) => ({ action, on: on === 'prefix' ? on : target }))
    : // `GetObject`, `PutBucket` …
      [{ action: capitalised(method) + capitalised(target), on: target }]
}

const capitalised = (word: string) => word[0]?.toUpperCase() + word.slice(1).toLowerCase()

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

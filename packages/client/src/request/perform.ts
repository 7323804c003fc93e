import {
  type AbortSignalLike,
  type AnyOperation,
  asList,
  CosError,
  isCosError,
  type Reply,
  readXml,
  type XmlElement,
} from '@miniprogram-cos/protocol'
import type { Key, ReadySignature, RequestToAuthorize } from '../credentials/answers'
import { type Credentials, SKEW_SECONDS } from '../credentials/credentials'
import type { Emitter } from '../events/emitter'
import type { ResolvedOptions } from '../options'
import { type Platform, type PlatformReply, pause } from '../platform'
import { hasErrorBody, networkError, serviceError } from './failures'
import { headersToSign, type Params, type Prepared, prepare, searchOf } from './prepare'
import { authorizationOf } from './signing'

/** What every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  platform: Platform
  credentials: Credentials
  events: Emitter
}

/** Pauses before the second, third … try, in milliseconds; each is shortened at random by up to half. */
const RETRY_DELAYS = [300, 1000, 3000]

/** Fields that only some callers give along. */
export interface PerformExtras {
  /** Tries in all. @default 4 */
  tries?: number
  /** Told before a request is sent again. */
  onRepeat?: () => void
  /** Another address than the bucket's; its parameters are signed too. */
  url?: string
  /** For form uploads. */
  onSent?: (sent: number, total: number) => void
}

/** One operation from params to result: credentials, sign, send, parse, and again where it can help. */
export async function perform(
  core: ClientCore,
  row: AnyOperation,
  params: Params,
  extras: PerformExtras = {},
): Promise<object> {
  const prepared = prepare(row, params, core.options)
  if (extras.url) redirectTo(prepared, extras.url)
  const signal = params.signal as AbortSignalLike | undefined
  const tries = extras.tries ?? 1 + RETRY_DELAYS.length
  const healed: Healed = { clock: false, key: false }
  for (let attempt = 1; ; attempt++) {
    let used: Key | ReadySignature | undefined
    try {
      const asked = () => core.credentials.get(authorizationRequest(prepared, core.options))
      used = await unlessAborted(signal, asked)
      const reply = await send(core, prepared, used, extras)
      const result = resultOf(prepared, reply)
      learnClock(core, lowerCased(reply.header))
      return result
    } catch (error) {
      const failure = asCosError(error)
      const forgiven = forgive(prepared, failure)
      if (forgiven) return forgiven
      if (heal(core, failure, used, healed)) {
        markAsRetry(prepared)
        continue
      }
      const url = used?.kind === 'key' ? nextUrl(core.options, prepared, failure) : prepared.url
      if (url === prepared.url && !mayRepeat(prepared, failure)) throw failure
      // In the background, or offline, nothing can succeed: such a try does not count.
      const hadToWait =
        failure.kind === 'network' && (await unlessAborted(signal, core.platform.whenReady))
      if (hadToWait) attempt--
      if (attempt >= tries) throw failure
      if (!hadToWait) {
        prepared.url = url
        prepared.address.host = url.split('/')[2] as string
      }
      extras.onRepeat?.()
      const delay = RETRY_DELAYS[Math.min(attempt, RETRY_DELAYS.length) - 1] as number
      await unlessAborted(signal, () => pause(core.platform, delay * (1 - Math.random() / 2)))
      markAsRetry(prepared)
    }
  }
}

/** Leads a request to another host and path, which are then what is signed. */
function redirectTo(prepared: Prepared, url: string): void {
  const [, base = '', host = '', path = '', search = ''] =
    /^(https?:\/\/([^/?]+))([^?]*)\??(.*)$/.exec(url) ?? []
  for (const part of search.split('&')) {
    if (part === '') continue
    const [name = '', value = ''] = part.split('=')
    prepared.query[decodeURIComponent(name)] = decodeURIComponent(value)
  }
  prepared.url = base + (path || '/') + searchOf(prepared.row, prepared.query, undefined)
  prepared.pathname = decodeURIComponent(path || '/')
  prepared.address = { ...prepared.address, base, host }
}

function authorizationRequest(prepared: Prepared, options: ResolvedOptions): RequestToAuthorize {
  const { Bucket, Region, row, pathname, query, scope, Key } = prepared
  return {
    Bucket,
    Region,
    Method: row.method,
    Key: row.form ? '' : Key,
    Pathname: pathname,
    Query: query,
    Headers: headersToSign(prepared, options),
    Scope: scope,
  }
}

async function send(
  core: ClientCore,
  prepared: Prepared,
  credential: Key | ReadySignature,
  extras: PerformExtras,
): Promise<PlatformReply> {
  const { options, platform } = core
  const {
    Authorization,
    headers: extra,
    SecurityToken,
  } = authorizationOf(core, prepared, credential)
  const header = withoutLength(prepared.headers)
  const token: Record<string, string> = {}
  // Data processing has hosts, and a token header, of its own.
  const isProcessing = /^https?:\/\/([^/]+\.)?ci\./.test(prepared.url)
  if (SecurityToken) token[`x-${isProcessing ? 'ci' : 'cos'}-security-token`] = SecurityToken
  const timeout = options.Timeout > 0 ? options.Timeout : undefined
  const signal = prepared.params.signal as AbortSignalLike | undefined
  const sent = { url: prepared.url, method: prepared.row.method }
  core.events.emit('before-send', {
    ...sent,
    headers: header,
    body: prepared.body,
    filePath: prepared.params.FilePath,
  })
  return abortable(signal, sent, (onStart) =>
    prepared.row.form
      ? platform.upload({
          url: prepared.url,
          header: { ...formHeaders(header), ...extra, ...token },
          filePath: String(prepared.params.FilePath),
          formData: formFields(prepared, header, Authorization, token),
          timeout,
          onStart,
          ...(extras.onSent ? { onProgress: extras.onSent } : {}),
        })
      : platform.request({
          ...sent,
          header: { ...header, Authorization, ...extra, ...token },
          data: prepared.body,
          httpDNSServiceId: options.HttpDNSServiceId,
          responseType: (prepared.params.DataType as 'text' | undefined) ?? 'text',
          timeout,
          onStart,
        }),
  )
}

/** WeChat sets the length itself; it was signed all the same. */
function withoutLength(headers: Prepared['headers']): Record<string, string | number> {
  const { 'Content-Length': _, ...rest } = headers
  return rest
}

/** Form uploads send `multipart/form-data`; the file's own type travels in the form. */
function formHeaders(headers: Record<string, string | number>): Record<string, string | number> {
  const rest = { ...headers }
  for (const name of Object.keys(rest)) {
    if (/^(content-type|cache-control)$/i.test(name)) delete rest[name]
  }
  return rest
}

/** Headers that a form carries as fields, besides `x-cos-meta-*` (document 436/14690). */
const FORM_FIELDS = [
  'Cache-Control',
  'Content-Type',
  'Content-Disposition',
  'Content-Encoding',
  'Expires',
  'x-cos-storage-class',
]

function formFields(
  { Key }: Prepared,
  headers: Record<string, string | number>,
  Authorization: string,
  token: Record<string, string>,
): Record<string, string | number> {
  const fields: Record<string, string | number> = {
    key: Key,
    success_action_status: 200,
    Signature: Authorization,
    'Content-Type': '',
    ...token,
  }
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase()
    const field = FORM_FIELDS.find((own) => own.toLowerCase() === lower)
    if (field) fields[field] = value
    else if (lower === 'x-cos-acl') fields.acl = value
    else if (lower.indexOf('x-cos-meta-') === 0) fields[name] = value
  }
  return fields
}

/** Runs a platform call that the caller's signal can give up. */
async function abortable(
  signal: AbortSignalLike | undefined,
  sent: { url: string; method: string },
  start: (onStart: (abort: () => void) => void) => Promise<PlatformReply>,
): Promise<PlatformReply> {
  let giveUp: (() => void) | undefined
  const running = () =>
    start((abort) => {
      giveUp = abort
    }).catch((failure: unknown) => {
      throw networkError(failure, sent)
    })
  return unlessAborted(signal, running, () => giveUp?.())
}

/** The result of an action, unless the caller's signal fires before or meanwhile. */
export function unlessAborted<T>(
  signal: AbortSignalLike | undefined,
  run: () => Promise<T>,
  giveUp?: () => void,
): Promise<T> {
  if (!signal) return run()
  const aborted = () =>
    new CosError({ kind: 'abort', code: 'KitAborted', message: 'aborted by the caller' })
  if (signal.aborted) return Promise.reject(aborted())
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      reject(aborted())
      giveUp?.()
    }
    signal.addEventListener('abort', onAbort)
    const done = () => signal.removeEventListener('abort', onAbort)
    run().then(
      (value) => {
        done()
        resolve(value)
      },
      (error: unknown) => {
        done()
        reject(error)
      },
    )
  })
}

/** The result of a good answer. @throws CosError for any other */
function resultOf(prepared: Prepared, reply: PlatformReply): object {
  const { row, params, url, location } = prepared
  const headers = lowerCased(reply.header)
  const is2xx = reply.statusCode >= 200 && reply.statusCode < 300
  const isGood = is2xx && (row.isContent || !hasErrorBody(reply.data))
  if (!isGood) throw serviceError(reply, headers, { url, method: row.method })
  const read: Reply = {
    statusCode: reply.statusCode,
    headers,
    body: reply.data,
    location,
    xml: (root) => documentOf(reply.data, root),
  }
  const RequestId = headers['x-ci-request-id'] ?? headers['x-cos-request-id']
  return {
    ...(row.result?.(read, params) as object | undefined),
    statusCode: reply.statusCode,
    headers,
    ...(RequestId ? { RequestId } : {}),
    ...(headers['x-cos-version-id'] ? { VersionId: headers['x-cos-version-id'] } : {}),
    ...(headers['x-cos-delete-marker'] ? { DeleteMarker: headers['x-cos-delete-marker'] } : {}),
  }
}

function lowerCased(header: Record<string, string>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of Object.keys(header)) headers[name.toLowerCase()] = header[name] as string
  return headers
}

/** The content of a document's root element; of the whole document when no root is named. */
function documentOf(data: string | ArrayBuffer, root: string): XmlElement {
  const text = typeof data === 'string' ? data : ''
  const first = /^\s*(?:<\?[^>]*>)?\s*<(\w+)/.exec(text)?.[1]
  if (root === '') return first ? readXml(text) : {}
  if (first !== root) {
    // A portal or a proxy answered: an empty list would be a lie, and the next try would meet it again.
    const message = `the answer is no ${root}`
    throw new CosError({ kind: 'integrity', code: 'KitInvalidXml', message })
  }
  const document = readXml(text)
  const [content] = asList<XmlElement | string>(document[root])
  return typeof content === 'object' ? content : {}
}

function forgive({ row, params }: Prepared, failure: CosError): object | undefined {
  if (failure.kind !== 'service' || failure.statusCode === undefined) return undefined
  const { statusCode, code, headers = {}, RequestId } = failure
  return row.forgive?.({ statusCode, code, headers, ...(RequestId ? { RequestId } : {}) }, params)
}

/** Each cure is tried once: it either helps at once or not at all. */
interface Healed {
  clock: boolean
  key: boolean
}

/** Mends what made COS refuse a request: a wrong clock, or a key that is no longer good. */
function heal(
  core: ClientCore,
  failure: CosError,
  used: Key | ReadySignature | undefined,
  healed: Healed,
): boolean {
  if (failure.kind !== 'service' || !used) return false
  const { statusCode = 0, headers = {}, code } = failure
  // HEAD has no body, so its status must do.
  const isSilent = failure.method === 'HEAD'
  const isTime =
    code === 'RequestTimeTooSkewed' ||
    (code === 'AccessDenied' && /Request has expired/.test(failure.message))
  const hasLearnt = learnClock(core, headers)
  if (!healed.clock && hasLearnt && (isTime || (isSilent && statusCode === 403))) {
    healed.clock = true
    return true
  }
  const isKey = code === 'ExpiredToken' || code === 'InvalidAccessKeyId' || isTime
  // A provider may have answered for the first of several scopes only.
  const isTooWide = code === 'AccessDenied' && used.kind === 'key' && used.isScoped && used.isWide
  const { getAuthorization, getSTS } = core.options
  if (!healed.key && used.kind === 'key' && (getAuthorization || getSTS)) {
    if (isKey || isTooWide || (isSilent && statusCode === 400)) {
      healed.key = true
      if (isTooWide) core.credentials.most = 0
      core.credentials.drop(used)
      return true
    }
  }
  return false
}

/** Takes the server's time from its Date header, if it differs from ours by enough to matter. */
function learnClock(
  { options, credentials, platform }: ClientCore,
  headers: Record<string, string>,
): boolean {
  // An answer from a cache carries the time of its making.
  if (!options.CorrectClockSkew || headers.age !== undefined) return false
  const server = Date.parse(headers.date ?? '')
  if (Number.isNaN(server) || Math.abs(server / 1000 - credentials.now()) < SKEW_SECONDS)
    return false
  options.SystemClockOffset = server - platform.now()
  return true
}

/** Whether the same request may be sent again, and could then succeed. */
function mayRepeat({ row }: Prepared, failure: CosError): boolean {
  // Credentials have been asked for twice already, for everybody who waits.
  if (!failure.retryable || failure.kind === 'credentials') return false
  // Without an answer nobody knows whether it was done; being told to slow down says it was not.
  return row.idempotent || failure.statusCode === 503
}

/** A bucket's host under one of COS's domains, but for the accelerated one. */
const COS_HOST =
  /^(https?:..[^/]+\.cos\.(?!accelerate)[^/]+\.)(?:(myqcloud\.com)|tencentcos\.cn)(?=\/)/

/** Where the next try goes: to COS's other domain when nobody of COS has answered (option AutoSwitchHost). */
function nextUrl(
  { AutoSwitchHost }: ResolvedOptions,
  { row, url }: Prepared,
  { statusCode, RequestId, retryable }: CosError,
): string {
  // An answer without COS's id is somebody else's.
  const isLost = statusCode ? statusCode < 500 && !RequestId : retryable
  if (!AutoSwitchHost || !row.idempotent || !isLost) return url
  return url.replace(COS_HOST, (_, start, isFirst) =>
    start.concat(isFirst ? 'tencentcos.cn' : 'myqcloud.com'),
  )
}

/** COS counts repeated requests by this header, which the official client sends too. */
function markAsRetry(prepared: Prepared): void {
  prepared.headers['x-cos-sdk-retry'] = 'true'
}

/** Whatever was thrown, as a CosError. */
export function asCosError(error: unknown): CosError {
  if (isCosError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new CosError({ kind: 'argument', code: 'KitUnexpected', message, cause: error })
}

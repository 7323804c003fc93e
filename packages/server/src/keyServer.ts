import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Refusal, RefusalCode } from '@miniprogram-cos/protocol'
import type { CosConfig } from './config'
import type { Invocation } from './createFunction'
import { credentialsFunction } from './credentialsFunction'
import { FunctionError } from './errors'
import type { FunctionServices } from './services/bucketServices'
import { memoryStores } from './services/records'
import { signatureFunction } from './signatureFunction'
import type { Environment } from './sts'

/** The caller of a request, verified by the key server's own login. */
export interface VerifiedCaller {
  /** The user's OPENID: `[A-Za-z0-9_-]`, at most 64 characters, not digits alone. */
  openid: string
  /** Only if WeChat has told it: groups may list it. */
  unionid?: string
  /** The mini program the user is signed in to. Required where the configuration has `appid`. */
  appid?: string
}

/** The functions of the kit, as a key server offers them: the last segment of the URL's path. */
export type KeyFunctionName = 'cos-credentials' | 'cos-signature'

export interface KeyServerOptions {
  /** The configuration that `cos.config.ts` has; without CloudBase it needs no `env`. */
  config: Omit<CosConfig, 'env'> & { env?: string }
  /** `COS_STS_SECRET_ID`, `COS_STS_SECRET_KEY` …: the variables of the cloud functions. @default process.env */
  environment?: Environment
  /**
   * Identifies the caller, by the session of your own login: it must verify the session, and must not believe an
   * OPENID that the request states. `undefined` refuses the request. It gets method, URL and headers; the body is not
   * read before the caller is known.
   */
  identify: (request: Request) => VerifiedCaller | undefined | Promise<VerifiedCaller | undefined>
  /** Records of hooks and quotas; see `FunctionServices`. @default in memory */
  database?: FunctionServices['database']
  /** The functions to offer. @default both */
  functions?: readonly KeyFunctionName[]
  /** Longest request body in bytes; WeChat limits a call of a cloud function to the same. @default 102400 */
  maxBodyBytes?: number
}

const MAX_BODY_BYTES = 100 * 1024

const FACTORIES = { 'cos-credentials': credentialsFunction, 'cos-signature': signatureFunction }

/** HTTP status of each refusal. */
const STATUS: Record<RefusalCode, number> = {
  KitBadRequest: 400,
  KitConfirmRefused: 403,
  KitPolicyTooLong: 400,
  KitNoIdentity: 401,
  KitNothingGranted: 403,
  KitPathRefused: 403,
  KitQuotaExceeded: 403,
  KitRequestRefused: 403,
  KitScopeRefused: 403,
  KitTrashConflict: 409,
  KitTrashRefused: 403,
  KitUploadRefused: 403,
  KitTooManyRequests: 429,
  KitHookFailed: 500,
  KitInternal: 500,
  KitMisconfigured: 500,
  KitStsFailed: 502,
}

/**
 * A key server without CloudBase: answers `POST …/cos-credentials` and `POST …/cos-signature` as the cloud functions
 * answer their calls, with the same access rules, limits and log. The body is the event as JSON, the response the
 * function's result; a refusal has its HTTP status too. There are no CORS headers: a browser page cannot use it.
 *
 * @returns a handler for anything that speaks `Request` and `Response`; `nodeListener` makes one for node:http. It
 * never rejects
 * @throws Error for an invalid configuration
 * @example
 * const handler = createKeyServer({ config, identify: (request) => sessionOf(request.headers.get('authorization')) })
 * app.post('/cos/:function', (c) => handler(c.req.raw)) // Hono
 */
export function createKeyServer({
  config,
  environment = process.env,
  identify,
  database,
  functions = ['cos-credentials', 'cos-signature'],
  maxBodyBytes = MAX_BODY_BYTES,
}: KeyServerOptions): (request: Request) => Promise<Response> {
  // Both functions count against the same quotas.
  const services: FunctionServices = database ? { database } : { records: memoryStores() }
  const handlers = new Map(
    functions.map((name) => [
      name as string,
      FACTORIES[name]({ env: '', ...config }, environment, services),
    ]),
  )
  return async (request) => {
    const fn = new URL(request.url).pathname.split('/').pop() ?? ''
    const handler = handlers.get(fn)
    if (!handler) return refuse(404, 'the path must end in the name of a function that is offered')
    if (request.method !== 'POST') {
      return refuse(405, 'the method must be POST', { Allow: 'POST' })
    }
    // A form of another site can send every other type without asking first.
    if (!/^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '')) {
      return refuse(415, 'the content type must be application/json')
    }
    try {
      const { url, method, headers } = request
      const caller = await identify(new Request(url, { method, headers }))
      const event = caller ? await readJson(request, maxBodyBytes) : {}
      return respond(await handler(invocationBy(caller, event)))
    } catch (error) {
      if (error instanceof BodyError) return refuse(error.status, error.message)
      const name = error instanceof Error ? error.name : 'unknown'
      console.log(JSON.stringify({ fn, outcome: 'KitInternal', error: name }))
      const failure = new FunctionError('KitInternal', 'the key server failed', { retryable: true })
      return respond(failure.toRefusal())
    }
  }
}

/** A body that cannot be the event of a call. */
class BodyError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

/** Reads a JSON object of limited length. @throws BodyError */
async function readJson(request: Request, maxBytes: number): Promise<object> {
  const tooLong = () => new BodyError(413, `the body is longer than ${maxBytes} bytes`)
  if (Number(request.headers.get('content-length')) > maxBytes) throw tooLong()
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  for (;;) {
    const { done, value } = (await reader?.read().catch(() => undefined)) ?? { done: true }
    if (done || !value) break
    length += value.byteLength
    if (length > maxBytes) {
      await reader?.cancel().catch(() => undefined)
      throw tooLong()
    }
    chunks.push(value)
  }
  // A body parser in front of the handler leaves nothing to read; an empty event would ask for more than was meant.
  if (length === 0) throw new BodyError(400, 'the request has no body, or it was read before')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
    const event: unknown = JSON.parse(text)
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return event
  } catch {
    // Not UTF-8, not JSON: refused below.
  }
  throw new BodyError(400, 'the body must be a JSON object')
}

/**
 * The call as CloudBase would make it, so that exactly the checks of the cloud functions decide. Without a caller it
 * has no OPENID, and is refused and logged as such.
 */
function invocationBy(caller: VerifiedCaller | undefined, event: object): Invocation {
  const { openid, unionid, appid } = caller ?? {}
  const variables = { WX_OPENID: openid, WX_UNIONID: unionid, WX_APPID: appid }
  return {
    event,
    context: { request_id: randomUUID(), environment: JSON.stringify(variables) },
    wxContext: { OPENID: openid, UNIONID: unionid, APPID: appid },
  }
}

const HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
}

function respond(result: object | Refusal): Response {
  if (!('error' in result)) return new Response(JSON.stringify(result), { headers: HEADERS })
  const { code, retryAfter } = (result as Refusal).error
  const headers = new Headers(HEADERS)
  if (retryAfter !== undefined) headers.set('Retry-After', String(retryAfter))
  return new Response(JSON.stringify(result), { status: STATUS[code], headers })
}

/** Refuses a request that is not a call of a function. */
function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify(new FunctionError('KitBadRequest', message).toRefusal())
  return new Response(body, { status, headers: { ...HEADERS, ...headers } })
}

/**
 * A handler of `Request` and `Response` as a listener of node:http, which is also a handler of Express. It reads the
 * body itself: in Express mount it in front of `express.json()`.
 *
 * @example
 * http.createServer(nodeListener(handler)).listen(3000)
 * app.use('/cos', nodeListener(handler)) // Express
 */
export function nodeListener(
  handler: (request: Request) => Promise<Response>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (incoming, outgoing) => {
    void serveNode(handler, incoming, outgoing).catch(() => {
      // The request is no valid HTTP, or the client is gone.
      if (!outgoing.headersSent) outgoing.writeHead(400)
      outgoing.end()
    })
  }
}

async function serveNode(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await handler(toRequest(incoming))
  outgoing.statusCode = status
  headers.forEach((value, name) => {
    outgoing.setHeader(name, value)
  })
  // The rest of the body is not read.
  if (!incoming.complete) outgoing.setHeader('Connection', 'close')
  outgoing.end(body ? Buffer.from(await new Response(body).arrayBuffer()) : undefined)
}

function toRequest(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', rawHeaders } = incoming
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    // Pseudo headers of HTTP/2 are no headers of a Request.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[i + 1] as string)
  }
  // The host of the request is not trusted, and nothing needs it.
  const target = new URL(url, 'http://localhost')
  const hasBody = method !== 'GET' && method !== 'HEAD' && !incoming.readableEnded
  if (!hasBody) return new Request(target, { method, headers })
  const body = Readable.toWeb(incoming) as ReadableStream<Uint8Array>
  return new Request(target, { method, headers, body, duplex: 'half' })
}

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { realClock } from '../clock'
import { openRequest, type Route, readHeaders, sentHeaders } from '../node/network'
import { Line } from '../node/slowNetwork'
import type { NetworkProfile, RecordUpdate, RequestDescription, SentRequest } from './protocol'
import { maskHeaders, maskSecrets, readErrorCode } from './requestLog'

/** Hop-by-hop headers, and those the browser must not see. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'set-cookie'])

/** Milliseconds between two reports of a running request's progress. */
const PROGRESS_MS = 200

/** Bytes of an error's body that the details show. */
const ERROR_BYTES = 4096

/** The request to forward. */
interface Target {
  /** Chosen by the phone, so that it can report what happens on its side. */
  id: string
  api: string
  url: string
  headers: Record<string, string | number>
}

/** The settings of the phone that forwarding needs. */
export interface ForwardServices {
  appid: string
  route: Route
  /** The address that is requested instead of a URL; undefined for its own. */
  replace: (url: URL) => URL | undefined
  connection: PhoneConnection
  describe: (request: SentRequest) => RequestDescription | undefined
  onUpdate: (update: RecordUpdate) => void
  /** Called with the id that the service gives the request. */
  onRequestId: (id: string, requestId: string) => void
}

/**
 * Forwards a phone's request to the origin its host is routed to, with exactly the headers of the app: a
 * browser can neither set `Host` nor read a cross-origin response.
 */
export async function forward(
  from: IncomingMessage,
  to: ServerResponse,
  services: ForwardServices,
): Promise<void> {
  const { connection, onUpdate } = services
  const started = Date.now()
  const target = readTarget(from, services.appid)
  const { id } = target
  connection.use(from.headers['x-wx-network'])
  const fail = (message: string) => {
    onUpdate({ id, failure: message, milliseconds: Date.now() - started })
    if (to.headersSent) to.destroy()
    else to.writeHead(502, { 'x-wx-fail': encodeURIComponent(message) }).end()
  }
  let sent: ClientRequest
  try {
    onUpdate(firstUpdate(from, target, services.describe))
    await connection.open()
    const replacement = services.replace(new URL(target.url))
    sent = openRequest(replacement?.href ?? target.url, {
      method: from.method,
      headers: target.headers,
      route: replacement ? () => undefined : services.route,
    })
  } catch (error) {
    return fail((error as Error).message)
  }
  // Aborted by the app: aborted at the target too.
  to.on('close', () => sent.destroy())
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.on('response', resolve)
    sent.on('error', reject)
    sent.on('close', () => reject(new Error('the connection was closed')))
  })
  // A service may answer before it has read the body.
  const counted = counter((bytes) => onUpdate({ id, sent: bytes }))
  pipeline(connection.pace(from, 'up', counted.add), sent).catch(() => {})
  try {
    const received = await response
    counted.flush()
    await receive(received, to, target, services, started)
  } catch (error) {
    if (to.destroyed && !to.writableFinished) {
      onUpdate({ id, failure: 'aborted', milliseconds: Date.now() - started })
    } else fail((error as Error).message)
  }
}

async function receive(
  response: IncomingMessage,
  to: ServerResponse,
  { id }: Target,
  { connection, onUpdate, onRequestId }: ForwardServices,
  started: number,
): Promise<void> {
  const status = response.statusCode ?? 502
  const headers: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && !HOP_BY_HOP.has(name)) headers[name] = value
  }
  const requestId = response.headers['x-cos-request-id'] ?? response.headers['x-request-id']
  if (typeof requestId === 'string') onRequestId(id, requestId)
  // The browser would follow a redirect itself.
  to.writeHead(status >= 300 && status < 400 && status !== 304 ? 200 : status, {
    ...headers,
    'cache-control': 'no-store',
    'x-wx-status': status,
    'x-wx-header': encodeURIComponent(JSON.stringify(readHeaders(response))),
  })
  let errorText = ''
  const counted = counter((bytes) => onUpdate({ id, received: bytes }))
  const kept = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      if (status >= 400 && errorText.length < ERROR_BYTES) errorText += chunk.toString('utf8')
      yield chunk
    }
  }
  await pipeline(kept(connection.pace(response, 'down', counted.add)), to)
  const code = readErrorCode(errorText)
  onUpdate({
    id,
    status,
    received: counted.total(),
    milliseconds: Date.now() - started,
    responseHeaders: maskHeaders(readHeaders(response)),
    ...(code ? { code } : {}),
    ...(errorText ? { responseText: maskSecrets(errorText.slice(0, ERROR_BYTES)) } : {}),
  })
}

/** Adds bytes up, and reports them from time to time. */
function counter(report: (bytes: number) => void) {
  let total = 0
  let reported = Date.now()
  return {
    add(bytes: number) {
      total += bytes
      if (Date.now() - reported < PROGRESS_MS) return
      reported = Date.now()
      report(total)
    },
    flush: () => report(total),
    total: () => total,
  }
}

function firstUpdate(
  from: IncomingMessage,
  { id, api, url, headers }: Target,
  describe: ForwardServices['describe'],
): RecordUpdate {
  const method = from.method ?? 'GET'
  const texts: Record<string, string> = { Host: new URL(url).host }
  for (const [name, value] of Object.entries(headers)) texts[name] = String(value)
  const { host, pathname } = new URL(url)
  const fileBytes = Number(from.headers['x-wx-file-bytes'])
  return {
    id,
    time: new Date().toISOString(),
    api,
    method,
    url: maskSecrets(url),
    sent: 0,
    total: Number(from.headers['content-length'] ?? 0),
    ...(fileBytes > 0 ? { fileBytes } : {}),
    requestHeaders: maskHeaders(texts),
    operation: `${method} ${host}`,
    key: pathname,
    ...describe({ method, url, headers: texts }),
  }
}

/** The URL is in a header, or in the query for `<image>` and `<video>`. */
function readTarget(from: IncomingMessage, appid: string): Target {
  const header = (name: string) => {
    const value = from.headers[name]
    return typeof value === 'string' ? decodeURIComponent(value) : undefined
  }
  const { searchParams } = new URL(from.url ?? '/', 'http://phone')
  const url = searchParams.get('url') ?? header('x-wx-url') ?? ''
  const headers = sentHeaders(JSON.parse(header('x-wx-header') ?? '{}'), { appid })
  const { 'content-type': type, 'content-length': length, range } = from.headers
  // The browser chooses the boundary of a form.
  if (type?.startsWith('multipart/form-data')) {
    delete headers['content-type']
    headers['Content-Type'] = type
  }
  if (length !== undefined) headers['Content-Length'] = length
  if (range !== undefined) headers.Range = range
  const id = header('x-wx-id') ?? crypto.randomUUID()
  return { id, api: header('x-wx-api') ?? 'image', url, headers }
}

interface Speed {
  /** Milliseconds. */
  roundTrip: number
  /** Bits per second. */
  up: number
  down: number
}

/** Profiles "4G" and "3G Slow" of WebPageTest (docs.webpagetest.org/private-instances, connectivity.ini). */
const SPEEDS: Partial<Record<NetworkProfile, Speed>> = {
  '4g': { roundTrip: 170, up: 9_000_000, down: 9_000_000 },
  weak3g: { roundTrip: 400, up: 400_000, down: 400_000 },
}

/** Larger pieces would make a slow transfer jump. */
const PIECE_BYTES = 16 * 1024

/** One phone's mobile network: all of its requests share the bandwidth. */
export class PhoneConnection {
  readonly #lines = new Map<Speed, { up: Line; down: Line }>()
  #profile: NetworkProfile = 'wifi'

  /** Switches to the network that a request names; requests of elements name none. */
  use(profile: string | string[] | undefined): void {
    if (profile === 'wifi' || profile === '4g' || profile === 'weak3g') this.#profile = profile
  }

  /** Waits for the round trip that opens a request. */
  async open(): Promise<void> {
    const speed = SPEEDS[this.#profile]
    if (speed) await new Promise((resolve) => setTimeout(resolve, speed.roundTrip))
  }

  /** Passes bytes on as fast as the network carries them. */
  async *pace(
    source: AsyncIterable<Buffer>,
    direction: 'up' | 'down',
    onBytes: (bytes: number) => void,
  ): AsyncGenerator<Buffer> {
    const speed = SPEEDS[this.#profile]
    for await (const chunk of source) {
      if (!speed) {
        onBytes(chunk.length)
        yield chunk
        continue
      }
      for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
        const piece = chunk.subarray(at, at + PIECE_BYTES)
        await this.#linesFor(speed)[direction].transfer(piece.length, 0).done
        onBytes(piece.length)
        yield piece
      }
    }
  }

  #linesFor(speed: Speed): { up: Line; down: Line } {
    const known = this.#lines.get(speed)
    if (known) return known
    const lines = {
      up: new Line({ bits: speed.up }, realClock),
      down: new Line({ bits: speed.down }, realClock),
    }
    this.#lines.set(speed, lines)
    return lines
  }
}

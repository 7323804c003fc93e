import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { corsHeadersOf } from './access/cors'
import { faultAnswer, newRequestId } from './answer/answer'
import { Fault } from './answer/fault'
import { type CosServices, existingBucket, serveCos } from './serve'

export type { CosServices } from './serve'

/** An idle connection is kept longer than any client pauses between two requests. */
const KEEP_ALIVE_MS = 75_000
/** A connection on which nothing moves for so long. */
const BODY_IDLE_MS = 60_000
/** Tokens and metadata travel in headers. */
const MAX_HEADER_BYTES = 32 * 1024

/** The local COS as an HTTP server, or with a certificate an HTTPS server, not yet listening. */
export function createCosServer(
  services: CosServices,
  certificate?: { key: string; cert: string },
): Server | TlsServer {
  const limits = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // A large upload may take as long as it likes; only the headers must come soon.
    requestTimeout: 0,
    headersTimeout: 60_000,
  }
  const answering = new WeakMap<Duplex, ServerResponse>()
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    answering.set(request.socket, response)
    const done = serveCos(services, request, response).finally(() => services.running.delete(done))
    services.running.add(done)
  }
  const server = certificate
    ? createTlsServer({ ...limits, ...certificate }, serve)
    : createServer(limits, serve)
  // Whoever stops in the middle of a body is told so, and let go (RequestTimeout, document 436/7730).
  server.setTimeout(services.bodyIdleMs ?? BODY_IDLE_MS, (socket) => {
    const response = answering.get(socket)
    if (response && !response.headersSent && !response.req.complete) {
      refuse(services, new Fault('RequestTimeout'), socket, response.req)
    }
    socket.destroySoon()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const before = answering.get(socket)
    // What follows a body that is longer than announced is dropped; the answer to the body is due.
    if (before && !before.writableEnded && error.code !== 'ECONNRESET' && isAllThere(before)) {
      before.once('close', () => socket.destroy())
      if (!before.headersSent) before.setHeader('Connection', 'close')
      return
    }
    refuseUnreadable(services, error, socket)
  })
  return server
}

function isAllThere({ req }: ServerResponse): boolean {
  return req.complete
}

/** What is no HTTP request still gets COS's error document, with its ids. */
function refuseUnreadable(
  services: CosServices,
  { code }: NodeJS.ErrnoException,
  socket: Duplex,
): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const isLate = code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const isShort = code === 'HPE_INVALID_EOF_STATE'
  refuse(
    services,
    new Fault(isLate ? 'RequestTimeout' : isShort ? 'IncompleteBody' : 'InvalidRequest'),
    socket,
  )
}

/** An answer written by hand, for what never became a request, or never became whole. */
function refuse(
  services: CosServices,
  fault: Fault,
  socket: Duplex,
  request?: IncomingMessage,
): void {
  const requestId = newRequestId(services.clock())
  const bucket = request && existingBucket(services, request)
  const { body, headers } = faultAnswer(fault, '', requestId)
  const lines = Object.entries({
    Server: 'tencent-cos',
    'x-cos-request-id': requestId,
    ...headers,
    ...(bucket ? corsHeadersOf(bucket, request) : {}),
    'Content-Length': Buffer.byteLength(String(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('\r\n')}\r\n\r\n${String(body)}`)
}

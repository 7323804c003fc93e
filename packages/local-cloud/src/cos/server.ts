import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type Certificate, createServer, type Server } from '../http'
import { corsHeaders } from './cors'
import { CosServiceError } from './errors'
import { bucketForCors, type CosServices, serveCos } from './pipeline'
import { errorResponse, newRequestId } from './response'

/** Longer than clients usually pause between two requests of a connection. */
const KEEP_ALIVE_MS = 75_000
const BODY_IDLE_MS = 60_000
const HEADERS_TIMEOUT_MS = 60_000
/** Enough for session tokens and metadata, which are headers. */
const MAX_HEADER_BYTES = 32 * 1024

/** The local COS as a server. */
export function createCosServer(services: CosServices, certificate?: Certificate): Server {
  const options = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Only the headers of an upload have a time limit.
    requestTimeout: 0,
    headersTimeout: HEADERS_TIMEOUT_MS,
  }
  const responses = new WeakMap<Duplex, ServerResponse>()
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    responses.set(request.socket, response)
    const done = serveCos(services, request, response).finally(() => services.running.delete(done))
    services.running.add(done)
  }
  const server = createServer(serve, certificate, options)
  // A body that makes no progress is RequestTimeout (document 436/7730).
  server.setTimeout(services.bodyIdleMs ?? BODY_IDLE_MS, (socket) => {
    const response = responses.get(socket)
    if (response && !response.headersSent && !response.req.complete) {
      refuse(services, new CosServiceError('RequestTimeout'), socket, response.req)
    }
    socket.destroySoon()
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    const response = responses.get(socket)
    const isReceived = response?.req.complete && error.code !== 'ECONNRESET'
    if (response && isReceived && !response.writableEnded) {
      // The body is longer than announced: COS ignores the rest and responds.
      response.once('close', () => socket.destroy())
      if (!response.headersSent) response.setHeader('Connection', 'close')
    } else if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
    } else {
      refuse(services, toCosError(error), socket)
    }
  })
  return server
}

/** The error that COS returns for a request that Node cannot parse. */
function toCosError({ code }: NodeJS.ErrnoException): CosServiceError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new CosServiceError('RequestTimeout')
  const isShort = code === 'HPE_INVALID_EOF_STATE'
  return new CosServiceError(isShort ? 'IncompleteBody' : 'InvalidRequest')
}

/** Writes an error document to the socket, for a request that Node has no response for. */
function refuse(
  services: CosServices,
  error: CosServiceError,
  socket: Duplex,
  request?: IncomingMessage,
): void {
  const requestId = newRequestId(services.clock())
  const bucket = request && bucketForCors(services, request)
  const { body, headers } = errorResponse(error, '', requestId)
  const lines = Object.entries({
    Server: 'tencent-cos',
    'x-cos-request-id': requestId,
    ...headers,
    ...(bucket ? corsHeaders(bucket, request) : {}),
    'Content-Length': Buffer.byteLength(String(body)),
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`)
  socket.end(`HTTP/1.1 400 Bad Request\r\n${lines.join('\r\n')}\r\n\r\n${String(body)}`)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

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
    void answer(handler, incoming, outgoing).catch(() => {
      // The request is no valid HTTP, or the client is gone.
      if (!outgoing.headersSent) outgoing.writeHead(400)
      outgoing.end()
    })
  }
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { status, headers, body } = await handler(toRequest(incoming))
  outgoing.statusCode = status
  headers.forEach((value, name) => {
    outgoing.setHeader(name, value)
  })
  // The rest of the body is not waited for.
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

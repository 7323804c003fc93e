import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type RequestListener,
  type ServerOptions,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'

export type Server = HttpServer | HttpsServer

/** Creates an HTTP server, or with a certificate an HTTPS server. It does not listen yet. */
export function createServer(
  serve: RequestListener,
  certificate?: Certificate,
  options: ServerOptions = {},
): Server {
  return certificate
    ? createHttpsServer({ ...options, ...certificate }, serve)
    : createHttpServer(options, serve)
}

/** Starts a server. @returns its address */
export async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const actualPort = typeof address === 'object' ? address?.port : port
  return `${'setSecureContext' in server ? 'https' : 'http'}://${host}:${actualPort}`
}

/** Stops a server and closes its connections. */
export async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

/**
 * Reads the body of a request.
 * @param tooLarge creates the error for a body of more than `maxBytes`
 */
export async function readBody(
  request: AsyncIterable<Uint8Array>,
  maxBytes: number,
  tooLarge: () => Error,
): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Parses a JSON object; undefined for other text. */
export function parseJsonObject(text: string): Record<string, unknown> | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isObject(value) ? value : undefined
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' })
  response.end(JSON.stringify(value) ?? 'null')
}

/** A private key and its certificate, in PEM. */
export interface Certificate {
  key: string
  cert: string
}

const VALID_DAYS = 30

/**
 * Generates a certificate for loopback and the given names. The names must not be those of production, so that the
 * certificate is useless to anyone who obtains it.
 */
export async function generateCertificate(hosts: readonly string[]): Promise<Certificate> {
  // Loaded on demand, because it takes longer to load than the rest of the local cloud.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'local cloud' }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + VALID_DAYS * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...hosts].map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key, cert }
}

import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'

type Server = HttpServer | HttpsServer

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

/** A private key and its certificate, in PEM. */
interface Certificate {
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

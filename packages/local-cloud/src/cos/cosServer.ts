import { createServer, type Server } from 'node:http'
import { type CosServices, serveCos } from './serve'

/** An idle connection is kept longer than any client pauses between two requests. */
const KEEP_ALIVE_MS = 75_000

/** The local COS as an HTTP server, not yet listening. */
export function createCosServer(services: CosServices): Server {
  const server = createServer(
    // A large upload may take as long as it likes; only the headers must come soon.
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0, headersTimeout: 60_000 },
    (request, response) => void serveCos(services, request, response),
  )
  return server
}

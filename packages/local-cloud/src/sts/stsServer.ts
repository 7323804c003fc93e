import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { KeyRing } from '../keys/keyRing'
import { StsFault } from './fault'
import { getFederationToken } from './getFederationToken'
import { parseTc3, type SignedCall, verifyTc3 } from './tc3'

const VERSION = '2018-08-13'
const MAX_BODY_BYTES = 64 * 1024

export interface StsLogEntry {
  time: string
  action: string
  outcome: 'ok' | string
  /** The `Name` a key was asked for. */
  name?: string
}

export interface StsServices {
  keys: KeyRing
  clock: () => number
  log?: ((entry: StsLogEntry) => void) | undefined
}

/** The local STS as an HTTP server, not yet listening. */
export function createStsServer(services: StsServices): Server {
  return createServer((request, response) => {
    const RequestId = randomUUID()
    void respond(services, request)
      .then(
        (result) => ({ ...result, RequestId }),
        (error: unknown) => {
          if (!(error instanceof StsFault)) console.error(error)
          const fault =
            error instanceof StsFault ? error : new StsFault('InternalError', 'Internal error.')
          return { Error: { Code: fault.code, Message: fault.message }, RequestId }
        },
      )
      .then((Response) => {
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.end(JSON.stringify({ Response }))
      })
  })
}

async function respond(services: StsServices, request: IncomingMessage): Promise<object> {
  const { clock, log } = services
  const time = new Date(clock()).toISOString()
  const action = String(request.headers['x-tc-action'] ?? '')
  let name: string | undefined
  try {
    const body = await readBody(request)
    const call = { method: request.method ?? '', headers: request.headers, body }
    authenticate(services, call)
    const params = parseParams(body)
    if (typeof params.Name === 'string') name = params.Name
    const result = answer(services, action, params)
    log?.({ time, action, outcome: 'ok', ...(name ? { name } : {}) })
    return result
  } catch (error) {
    const outcome = error instanceof StsFault ? error.code : 'InternalError'
    log?.({ time, action, outcome, ...(name ? { name } : {}) })
    throw error
  }
}

/** Only the permanent root key may ask here; a temporary one is told so. */
function authenticate({ keys, clock }: StsServices, call: SignedCall): void {
  if (call.method !== 'POST') {
    throw new StsFault('UnsupportedProtocol', 'The local STS takes POST requests.')
  }
  if (call.headers['x-tc-version'] !== VERSION) {
    throw new StsFault('NoSuchVersion', 'The API version does not exist.')
  }
  const auth = parseTc3(call.headers.authorization)
  const now = Math.floor(clock() / 1000)
  if (auth.SecretId === keys.root.SecretId) {
    verifyTc3(call, auth, keys.root.SecretKey, now)
    return
  }
  const token = call.headers['x-tc-token']
  if (typeof token === 'string' && token !== '') {
    const check = keys.check(auth.SecretId, token, now)
    if (check.state !== 'valid') {
      throw new StsFault('AuthFailure.TokenFailure', 'The token is wrong or has expired.')
    }
    verifyTc3(call, auth, check.SecretKey, now)
    throw new StsFault(
      'FailedOperation.TempKeyNotAllowed',
      'A temporary key cannot call GetFederationToken.',
    )
  }
  throw new StsFault('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
}

function answer(
  { keys, clock }: StsServices,
  action: string,
  params: Record<string, unknown>,
): object {
  if (action === 'GetFederationToken') {
    return getFederationToken(params, keys, Math.floor(clock() / 1000))
  }
  throw new StsFault('InvalidAction', `The local STS does not imitate the action "${action}".`)
}

function parseParams(body: string): Record<string, unknown> {
  try {
    const params: unknown = JSON.parse(body)
    if (typeof params === 'object' && params !== null && !Array.isArray(params)) {
      return params as Record<string, unknown>
    }
  } catch {}
  throw new StsFault('InvalidParameter', 'The request body is not a JSON object.')
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES)
      throw new StsFault('RequestSizeLimitExceeded', 'The request is too large.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

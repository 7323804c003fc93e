import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Statement } from '../cos/policy/policy'
import type { KeyRing, Session } from '../keys/keyRing'
import { paramsOfFields, readV1 } from './apiV1'
import { assumeRole, type Roles } from './assumeRole'
import { StsFault } from './fault'
import { getFederationToken } from './getFederationToken'
import type { StsCall } from './stsCall'
import { parseTc3, verifyTc3 } from './tc3'

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
  /** Roles for AssumeRole. */
  roles: Roles
  clock: () => number
  log?: ((entry: StsLogEntry) => void) | undefined
}

/** The local STS as an HTTP server, or with a certificate an HTTPS server, not yet listening. */
export function createStsServer(
  services: StsServices,
  certificate?: { key: string; cert: string },
): Server | TlsServer {
  const serve = (request: IncomingMessage, response: ServerResponse) => {
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
  }
  return certificate ? createTlsServer(certificate, serve) : createServer(serve)
}

async function respond(services: StsServices, request: IncomingMessage): Promise<object> {
  const { clock, log } = services
  const time = new Date(clock()).toISOString()
  let call: StsCall | undefined
  const tell = (outcome: string) => {
    const name = call?.params.Name ?? call?.params.RoleSessionName
    const action = call?.action ?? ''
    log?.({ time, action, outcome, ...(typeof name === 'string' ? { name } : {}) })
  }
  try {
    call = await readCall(request)
    const caller = authenticate(services, call)
    const result = answer(services, call, caller)
    tell('ok')
    return result
  } catch (error) {
    tell(error instanceof StsFault ? error.code : 'InternalError')
    throw error
  }
}

async function readCall(request: IncomingMessage): Promise<StsCall> {
  const { headers, method = '' } = request
  const body = await readBody(request)
  const query = method === 'GET' ? ((request.url ?? '').split('?')[1] ?? '') : ''
  if (headers.authorization === undefined) {
    return readV1(method, headers.host ?? '', new URLSearchParams(method === 'GET' ? query : body))
  }
  if (method !== 'POST' && method !== 'GET') {
    throw new StsFault('UnsupportedProtocol', 'Calls are made by POST or GET.')
  }
  const auth = parseTc3(headers.authorization)
  const token = headers['x-tc-token']
  return {
    action: String(headers['x-tc-action'] ?? ''),
    version: String(headers['x-tc-version'] ?? ''),
    SecretId: auth.SecretId,
    token: typeof token === 'string' && token !== '' ? token : undefined,
    params: method === 'GET' ? paramsOfFields(new URLSearchParams(query)) : parseParams(body),
    verify: (secretKey, now) => verifyTc3({ method, query, headers, body }, auth, secretKey, now),
  }
}

type StsCaller = { kind: 'root' } | { kind: 'temporary'; name: string; session: Session }

/** @throws StsFault */
function authenticate({ keys, clock }: StsServices, call: StsCall): StsCaller {
  if (call.version !== VERSION) {
    throw new StsFault('NoSuchVersion', 'The API version does not exist.')
  }
  const now = Math.floor(clock() / 1000)
  if (call.SecretId === keys.root.SecretId) {
    call.verify(keys.root.SecretKey, now)
    return { kind: 'root' }
  }
  if (!call.token) throw new StsFault('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  const check = keys.check(call.SecretId, call.token, now)
  if (check.state !== 'valid') {
    throw new StsFault('AuthFailure.TokenFailure', 'The token is wrong or has expired.')
  }
  call.verify(check.SecretKey, now)
  return { kind: 'temporary', name: check.session.name, session: check.session }
}

function answer({ keys, roles, clock }: StsServices, call: StsCall, caller: StsCaller): object {
  const now = Math.floor(clock() / 1000)
  switch (call.action) {
    case 'GetFederationToken':
      if (caller.kind === 'temporary') {
        throw new StsFault(
          'FailedOperation.TempKeyNotAllowed',
          'A temporary key cannot call GetFederationToken.',
        )
      }
      return getFederationToken(call.params, keys, now)
    case 'AssumeRole':
      // A key that was narrowed must not widen itself.
      if (caller.kind === 'temporary' && !mayAssumeRole(caller.session)) {
        throw new StsFault(
          'UnauthorizedOperation',
          'The policy of this temporary key does not allow name/sts:AssumeRole.',
        )
      }
      return assumeRole(call.params, keys, roles, now)
    case 'GetCallerIdentity':
      return callerIdentity(keys, caller)
    default:
      throw new StsFault(
        'InvalidAction',
        `The local STS does not imitate the action "${call.action}".`,
      )
  }
}

/** Whether every policy of a key allows it, in so many words, on everything. */
function mayAssumeRole({ policy, boundary }: Session): boolean {
  return [policy, boundary].every(
    (one) =>
      !one ||
      (one.statement.some(allowsAssuming) &&
        !one.statement.some((statement) => statement.effect === 'deny' && names(statement))),
  )
}

function allowsAssuming(statement: Statement): boolean {
  return statement.effect === 'allow' && statement.resource.includes('*') && names(statement)
}

function names({ action }: Statement): boolean {
  return action.some((one) => /^(\*|(name\/)?sts:(\*|AssumeRole))$/.test(one))
}

/** Who asks: for a root account UserId and AccountId are the same (document 1312/51820). */
function callerIdentity({ ownerUin }: KeyRing, caller: StsCaller): object {
  if (caller.kind === 'root') {
    const Arn = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
    return { AccountId: ownerUin, UserId: ownerUin, PrincipalId: ownerUin, Type: 'CAMUser', Arn }
  }
  const Arn = `qcs::sts::uin/${ownerUin}:federated-user/${caller.name}`
  const UserId = `${ownerUin}:${caller.name}`
  return { AccountId: ownerUin, UserId, PrincipalId: ownerUin, Type: 'FederatedUser', Arn }
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

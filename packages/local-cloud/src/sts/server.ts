import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Statement } from '../cos/policy'
import type { KeyRing, Session } from '../keys'
import { assumeRole, getFederationToken, type Roles, type StsCall, StsError } from './actions'
import { paramsOfFields, parseTc3, readV1, verifyTc3 } from './signatures'

const VERSION = '2018-08-13'
const MAX_BODY_BYTES = 64 * 1024

export interface StsLogEntry {
  time: string
  action: string
  outcome: 'ok' | string
  /** `Name` or `RoleSessionName` of the call. */
  name?: string
}

export interface StsServices {
  keys: KeyRing
  /** Roles for AssumeRole. */
  roles: Roles
  clock: () => number
  log?: ((entry: StsLogEntry) => void) | undefined
}

/** The local STS as an HTTP server, or with a certificate an HTTPS server. It does not listen yet. */
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
          if (!(error instanceof StsError)) console.error(error)
          const { code, message } =
            error instanceof StsError ? error : new StsError('InternalError', 'Internal error.')
          return { Error: { Code: code, Message: message }, RequestId }
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
  const record = (outcome: string) => {
    const name = call?.params.Name ?? call?.params.RoleSessionName
    const action = call?.action ?? ''
    log?.({ time, action, outcome, ...(typeof name === 'string' ? { name } : {}) })
  }
  try {
    call = await readCall(request)
    const caller = authenticate(services, call)
    const result = runAction(services, call, caller)
    record('ok')
    return result
  } catch (error) {
    record(error instanceof StsError ? error.code : 'InternalError')
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
    throw new StsError('UnsupportedProtocol', 'Calls are made by POST or GET.')
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

/** @throws StsError */
function authenticate({ keys, clock }: StsServices, call: StsCall): StsCaller {
  if (call.version !== VERSION) {
    throw new StsError('NoSuchVersion', 'The API version does not exist.')
  }
  const now = Math.floor(clock() / 1000)
  if (call.SecretId === keys.root.SecretId) {
    call.verify(keys.root.SecretKey, now)
    return { kind: 'root' }
  }
  if (!call.token) throw new StsError('AuthFailure.SecretIdNotFound', 'The SecretId is not found.')
  const check = keys.check(call.SecretId, call.token, now)
  if (check.state !== 'valid') {
    throw new StsError('AuthFailure.TokenFailure', 'The token is wrong or has expired.')
  }
  call.verify(check.SecretKey, now)
  return { kind: 'temporary', name: check.session.name, session: check.session }
}

function runAction({ keys, roles, clock }: StsServices, call: StsCall, caller: StsCaller): object {
  const now = Math.floor(clock() / 1000)
  switch (call.action) {
    case 'GetFederationToken':
      if (caller.kind === 'temporary') {
        throw new StsError(
          'FailedOperation.TempKeyNotAllowed',
          'A temporary key cannot call GetFederationToken.',
        )
      }
      return getFederationToken(call.params, keys, now)
    case 'AssumeRole':
      // A restricted key must not obtain more permissions.
      if (caller.kind === 'temporary' && !mayAssumeRole(caller.session)) {
        throw new StsError(
          'UnauthorizedOperation',
          'The policy of this temporary key does not allow name/sts:AssumeRole.',
        )
      }
      return assumeRole(call.params, keys, roles, now)
    case 'GetCallerIdentity':
      return callerIdentity(keys, caller)
    default:
      throw new StsError(
        'InvalidAction',
        `The local STS does not imitate the action "${call.action}".`,
      )
  }
}

/** Whether every policy of a key explicitly allows AssumeRole on every resource. */
function mayAssumeRole({ policy, boundary }: Session): boolean {
  return [policy, boundary].every(
    (candidate) =>
      !candidate ||
      (candidate.statement.some(allowsAssuming) &&
        !candidate.statement.some(
          (statement) => statement.effect === 'deny' && includesAssumeRole(statement),
        )),
  )
}

function allowsAssuming(statement: Statement): boolean {
  return (
    statement.effect === 'allow' &&
    statement.resource.includes('*') &&
    includesAssumeRole(statement)
  )
}

function includesAssumeRole({ action }: Statement): boolean {
  return action.some((name) => /^(\*|(name\/)?sts:(\*|AssumeRole))$/.test(name))
}

/** The caller's identity. For a root account UserId and AccountId are equal (document 1312/51820). */
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
      return { ...params }
    }
  } catch {}
  throw new StsError('InvalidParameter', 'The request body is not a JSON object.')
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += (chunk as Buffer).length
    if (size > MAX_BODY_BYTES)
      throw new StsError('RequestSizeLimitExceeded', 'The request is too large.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}

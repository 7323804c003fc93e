import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Policy, PolicyError, parsePolicy, type Statement } from '../cos/parsePolicy'
import {
  type Certificate,
  createServer,
  parseJsonObject,
  readBody,
  type Server,
  sendJson,
} from '../http'
import type { KeyRing, Session, TemporaryKey } from './keys'
import { parseTc3, readParams, readV1, type StsCall, StsError, verifyTc3 } from './signatures'

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

/** The local STS as a server. */
export function createStsServer(services: StsServices, certificate?: Certificate): Server {
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
      .then((Response) => sendJson(response, 200, { Response }))
  }
  return createServer(serve, certificate)
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
  const tooLarge = () => new StsError('RequestSizeLimitExceeded', 'The request is too large.')
  const body = (await readBody(request, MAX_BODY_BYTES, tooLarge)).toString('utf8')
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
    params: method === 'GET' ? readParams(new URLSearchParams(query)) : parseParams(body),
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
  const params = parseJsonObject(body)
  if (params) return params
  throw new StsError('InvalidParameter', 'The request body is not a JSON object.')
}

/** Limits of GetFederationToken (document 1312/48195). */
const DEFAULT_SECONDS = 1800
const MAX_SECONDS_ROOT = 7200
/** CAM's limit for a policy, in characters (document 598/10599); STS documents no other. */
const MAX_POLICY_LENGTH = 6144
/** Maximum length of a token in bytes (document 1312/48198). */
const MAX_TOKEN_LENGTH = 4096

/** Issues a temporary key for the given policy. @throws StsError */
function getFederationToken(params: Record<string, unknown>, keys: KeyRing, now: number): object {
  refuseUnknown(params, ['Name', 'Policy', 'DurationSeconds'])
  const seconds = readDuration(params.DurationSeconds)
  const name = readName(params.Name)
  const policy = readPolicy(params.Policy)
  const ExpiredTime = now + seconds
  return issuedCredentials(keys.issue(name, policy, ExpiredTime))
}

/** @throws StsError `UnknownParameter` */
function refuseUnknown(params: Record<string, unknown>, known: string[]): void {
  const unknown = Object.keys(params).find((name) => !known.includes(name))
  if (unknown) {
    throw new StsError('UnknownParameter', `The parameter \`${unknown}\` is not recognized.`)
  }
}

/** The response of a call that issues a key. @throws StsError `InvalidParameter.PolicyTooLong` */
function issuedCredentials(key: TemporaryKey): object {
  if (key.Token.length > MAX_TOKEN_LENGTH) {
    throw new StsError('InvalidParameter.PolicyTooLong', 'The policy makes the token too long.')
  }
  return {
    Credentials: { Token: key.Token, TmpSecretId: key.SecretId, TmpSecretKey: key.SecretKey },
    ExpiredTime: key.ExpiredTime,
    Expiration: new Date(key.ExpiredTime * 1000).toISOString().replace(/\.\d+/, ''),
  }
}

/** @throws StsError */
function readDuration(
  value: unknown,
  limits: { fallback: number; max: number } = { fallback: DEFAULT_SECONDS, max: MAX_SECONDS_ROOT },
): number {
  if (value === undefined) return limits.fallback
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw new StsError('InvalidParameter', 'The parameter `DurationSeconds` must be an integer.')
  }
  if (value <= 0 || value > limits.max) {
    throw new StsError(
      'InvalidParameter.OverTimeError',
      `DurationSeconds must be between 1 and ${limits.max}.`,
    )
  }
  return value
}

/** Reads `Name`. The document permits only letters, but Tencent's sample has a hyphen. */
function readName(value: unknown): string {
  if (value === undefined) throw missing('Name')
  if (typeof value !== 'string' || !/^[A-Za-z-]{1,128}$/.test(value)) {
    throw new StsError(
      'InvalidParameter.ParamError',
      'The parameter `Name` must consist of letters.',
    )
  }
  return value
}

/** Reads the policy, which is URL-encoded. @throws StsError */
function readPolicy(value: unknown): Policy {
  if (value === undefined) throw missing('Policy')
  if (typeof value !== 'string') {
    throw new StsError('InvalidParameter', 'The parameter `Policy` must be a string.')
  }
  let text: string
  try {
    text = decodeURIComponent(value)
  } catch {
    throw new StsError('InvalidParameter.StrategyFormatError', 'The policy is not URL-encoded.')
  }
  if (text.length > MAX_POLICY_LENGTH) {
    throw new StsError('InvalidParameter.PolicyTooLong', 'The policy is too long.')
  }
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof PolicyError) throw new StsError(error.code, error.message)
    throw error
  }
}

function missing(name: string): StsError {
  return new StsError(
    'MissingParameter',
    `The request is missing a required parameter \`${name}\`.`,
  )
}

/** The policies of roles, by ARN. */
export type Roles = Record<string, Policy>

const ASSUME_ROLE_PARAMS = [
  'RoleArn',
  'RoleSessionName',
  'DurationSeconds',
  'Policy',
  'ExternalId',
  'Tags',
  'SourceIdentity',
]
/** Seconds. */
const ASSUME_ROLE_DURATION = { fallback: 7200, max: 43200 }

/** Issues a key of a role, restricted by an optional policy (document 1312/48197). @throws StsError */
function assumeRole(
  params: Record<string, unknown>,
  keys: KeyRing,
  roles: Roles,
  now: number,
): object {
  refuseUnknown(params, ASSUME_ROLE_PARAMS)
  const { RoleArn, RoleSessionName } = params
  if (RoleArn === undefined) throw missing('RoleArn')
  if (RoleSessionName === undefined) throw missing('RoleSessionName')
  if (typeof RoleArn !== 'string' || !/^qcs::cam::uin\/\d+:role(Name)?\/.+$/.test(RoleArn)) {
    throw new StsError('InvalidParameter.ParamError', 'The parameter `RoleArn` is not a role.')
  }
  if (typeof RoleSessionName !== 'string' || !/^[\w+=,.@-]{2,128}$/.test(RoleSessionName)) {
    throw new StsError(
      'InvalidParameter.ParamError',
      'The parameter `RoleSessionName` is not valid.',
    )
  }
  const role = Object.hasOwn(roles, RoleArn) ? roles[RoleArn] : undefined
  if (!role) throw new StsError('ResourceNotFound.RoleNotFound', 'The role does not exist.')
  const ExpiredTime = now + readDuration(params.DurationSeconds, ASSUME_ROLE_DURATION)
  const restriction = params.Policy === undefined ? undefined : readPolicy(params.Policy)
  return issuedCredentials(
    restriction
      ? keys.issue(RoleSessionName, restriction, ExpiredTime, role)
      : keys.issue(RoleSessionName, role, ExpiredTime),
  )
}

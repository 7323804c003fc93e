import { Agent } from 'node:http'
import { createConnection } from 'node:net'
import type { RefusalCode, TemporaryKey } from '@miniprogram-cos/protocol'
import { FunctionError, misconfigured } from './errors'

/** The function's environment variables. */
export type Environment = Record<string, string | undefined>

/** How STS is called, and the key that calls it. */
export interface StsAccess {
  SecretId: string
  SecretKey: string
  /** Of a key that is itself temporary: only AssumeRole accepts one. */
  token?: string
  region: string
  /** Calls AssumeRole for this role. @default GetFederationToken is called */
  roleArn?: string
  /** `http://127.0.0.1:…` of a local cloud. @default the real STS */
  localEndpoint?: string
}

/**
 * Reads from the environment how to call STS: `COS_STS_SECRET_ID` and `COS_STS_SECRET_KEY` of a sub-account; with
 * `COS_STS_MODE=assume-role` also `COS_STS_ROLE_ARN`, and then the function's own role can replace the key.
 * @throws FunctionError `KitMisconfigured` naming the variable
 */
export function readStsAccess(region: string, environment: Environment): StsAccess {
  const { COS_STS_MODE: mode = 'federation', COS_STS_ENDPOINT: localEndpoint } = environment
  const shared = { region, ...(localEndpoint ? { localEndpoint } : {}) }
  if (mode === 'federation') return { ...subAccountKey(environment), ...shared }
  if (mode !== 'assume-role') {
    throw misconfigured('COS_STS_MODE must be "federation" or "assume-role"')
  }
  const { COS_STS_ROLE_ARN: roleArn, COS_STS_SECRET_ID: SecretId } = environment
  if (!roleArn || !/^qcs::cam::uin\/\d+:role(Name)?\/.+$/.test(roleArn)) {
    throw misconfigured('COS_STS_ROLE_ARN must be qcs::cam::uin/<uin>:roleName/<name>')
  }
  const key = SecretId ? subAccountKey(environment) : keyOfOwnRole(environment)
  return { ...key, ...shared, roleArn }
}

function subAccountKey(environment: Environment): { SecretId: string; SecretKey: string } {
  const { COS_STS_SECRET_ID: SecretId, COS_STS_SECRET_KEY: SecretKey } = environment
  if (SecretId && SecretKey) return { SecretId, SecretKey }
  throw misconfigured(
    'the environment variables COS_STS_SECRET_ID and COS_STS_SECRET_KEY of this function are not set',
  )
}

/** The platform gives a function that runs with a role a temporary key of it. */
function keyOfOwnRole(
  environment: Environment,
): Pick<StsAccess, 'SecretId' | 'SecretKey' | 'token'> {
  const {
    TENCENTCLOUD_SECRETID: SecretId,
    TENCENTCLOUD_SECRETKEY: SecretKey,
    TENCENTCLOUD_SESSIONTOKEN: token,
  } = environment
  if (SecretId && SecretKey && token) return { SecretId, SecretKey, token }
  throw misconfigured('this function has neither COS_STS_SECRET_ID nor a role')
}

const TIMEOUT_SECONDS = 5

/**
 * Fetches from STS a key that permits what the policy says and no more, through Tencent's own SDK: GetFederationToken
 * (document 1312/48195), or AssumeRole (1312/48197) when the access names a role.
 * @param name whose key it is, in the audit log
 * @param policy JSON text
 * @throws FunctionError `KitStsFailed`, `KitMisconfigured`, `KitPolicyTooLong`: with STS's code, never a secret
 */
export async function fetchTemporaryKey(
  access: StsAccess,
  name: string,
  policy: string,
  seconds: number,
): Promise<TemporaryKey> {
  try {
    // Loaded on demand: a call that needs no new key does not pay for it.
    const { sts } = await import('tencentcloud-sdk-nodejs-sts')
    const { SecretId: secretId, SecretKey: secretKey, token, region, roleArn } = access
    const client = new sts.v20180813.Client({
      credential: { secretId, secretKey, ...(token ? { token } : {}) },
      region,
      profile: {
        httpProfile: { reqTimeout: TIMEOUT_SECONDS, ...localTransport(access.localEndpoint) },
      },
    })
    const params = { Policy: encodeURIComponent(policy), DurationSeconds: seconds }
    const response = roleArn
      ? await client.AssumeRole({ RoleArn: roleArn, RoleSessionName: name, ...params })
      : await client.GetFederationToken({ Name: name, ...params })
    const { Credentials: key, ExpiredTime, RequestId } = response
    if (!key?.TmpSecretId || !key.TmpSecretKey || !key.Token || !ExpiredTime) {
      throw new FunctionError('KitStsFailed', 'STS returned no key', { retryable: true })
    }
    return {
      tmpSecretId: key.TmpSecretId,
      tmpSecretKey: key.TmpSecretKey,
      sessionToken: key.Token,
      startTime: ExpiredTime - seconds,
      expiredTime: ExpiredTime,
      requestId: RequestId ?? '',
    }
  } catch (error) {
    throw toFunctionError(error)
  }
}

/** The address of a local cloud: host and port. */
export const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/

const STS_HOST = 'sts.tencentcloudapi.com'

/**
 * For a local cloud: host name and signature scope are those of the real STS, only the socket connects to loopback.
 * Any other address is refused, so that no setting can send a signed request over the network.
 * @throws FunctionError `KitMisconfigured`
 */
function localTransport(localEndpoint: string | undefined): object {
  if (!localEndpoint) return {}
  const [, host, port] = LOOPBACK.exec(localEndpoint) ?? []
  if (!host) throw misconfigured('COS_STS_ENDPOINT may only name a loopback address')
  const address = { host: host.replace(/[[\]]/g, ''), port: Number(port) }
  const agent = Object.assign(new Agent(), { createConnection: () => createConnection(address) })
  return { protocol: 'http://', endpoint: STS_HOST, agent }
}

/** Explanations of STS's error codes (document 1312/48198) for the person who deployed the function. */
const STS_ERRORS: [pattern: RegExp, code: RefusalCode, message: string, isRetryable?: true][] = [
  [
    /^FailedOperation\.TempKeyNotAllowed/,
    'KitMisconfigured',
    'GetFederationToken does not accept a temporary key: use the key of a sub-account, or COS_STS_MODE=assume-role',
  ],
  [
    /^AuthFailure\.SignatureExpire/,
    'KitStsFailed',
    'the clock of this function is off by more than five minutes',
  ],
  [
    /^AuthFailure/,
    'KitMisconfigured',
    'the key in COS_STS_SECRET_ID and COS_STS_SECRET_KEY is wrong, or has been disabled',
  ],
  [
    /^UnauthorizedOperation/,
    'KitMisconfigured',
    'the key in COS_STS_SECRET_ID may not call STS: see the policy that `npm run policy` prints',
  ],
  [/^ResourceNotFound\.Role/, 'KitMisconfigured', 'the role in COS_STS_ROLE_ARN does not exist'],
  [
    /^InvalidParameter\.(PolicyTooLong|ExtendStrategyOverSize)/,
    'KitPolicyTooLong',
    'the policy is too long: request fewer paths or scope entries',
  ],
  [
    /^InvalidParameter\.OverTimeError/,
    'KitMisconfigured',
    'STS gives this key no temporary keys of that length: lower keySeconds',
  ],
  [/^RequestLimitExceeded/, 'KitStsFailed', 'STS is called too often', true],
  [/^InternalError/, 'KitStsFailed', 'STS has an internal error', true],
  // Node's codes of a socket, and `no answer` for an error without a code.
  [/^(E[A-Z_]+|no answer)$/, 'KitStsFailed', 'STS cannot be reached', true],
]

/** Whatever the SDK threw: STS's code and request id, never its message or a secret. */
function toFunctionError(error: unknown): FunctionError {
  if (error instanceof FunctionError) return error
  const { code, requestId }: { code?: unknown; requestId?: unknown } = error ?? {}
  const stsCode = typeof code === 'string' && /^[\w.]+$/.test(code) ? code : 'no answer'
  const [, ownCode = 'KitStsFailed', message = 'STS refused', retryable = false] =
    STS_ERRORS.find(([pattern]) => pattern.test(stsCode)) ?? []
  const id = typeof requestId === 'string' && /^[\w-]+$/.test(requestId) ? requestId : undefined
  const text = `${message} (${stsCode}${id ? `, RequestId ${id}` : ''})`
  return new FunctionError(ownCode, text, { retryable, stsRequestId: id })
}

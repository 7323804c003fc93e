import { Agent } from 'node:http'
import { createConnection } from 'node:net'
import { FunctionFault } from '../functionFault'
import type { PolicyDocument } from '../policy/compilePolicy'

/** Where STS is, and the key of the sub-account that asks it. */
export interface StsAccess {
  SecretId: string
  SecretKey: string
  region: string
  /** `http://127.0.0.1:…` of a local cloud; the real STS without it. */
  localEndpoint?: string
}

export interface TemporaryKey {
  tmpSecretId: string
  tmpSecretKey: string
  sessionToken: string
  /** Unix seconds. */
  startTime: number
  expiredTime: number
  requestId: string
}

const TIMEOUT_SECONDS = 5
const HOST = 'sts.tencentcloudapi.com'

/**
 * Asks STS for a key that can do what the policy says and no more (GetFederationToken, document
 * 1312/48195), through Tencent's own SDK.
 * @throws FunctionFault `KitStsFailed` with STS's code, never with a secret
 */
export async function fetchTemporaryKey(
  access: StsAccess,
  name: string,
  policy: PolicyDocument,
  seconds: number,
): Promise<TemporaryKey> {
  // Loaded here, not at the top: a call that needs no new key does not pay for it.
  const { sts } = await import('tencentcloud-sdk-nodejs-sts')
  const client = new sts.v20180813.Client({
    credential: { secretId: access.SecretId, secretKey: access.SecretKey },
    region: access.region,
    profile: { httpProfile: { reqTimeout: TIMEOUT_SECONDS, ...transport(access.localEndpoint) } },
  })
  try {
    const answer = await client.GetFederationToken({
      Name: name,
      Policy: encodeURIComponent(JSON.stringify(policy)),
      DurationSeconds: seconds,
    })
    const { Credentials: key, ExpiredTime, RequestId } = answer
    if (!key?.TmpSecretId || !key.TmpSecretKey || !key.Token || !ExpiredTime) {
      throw new FunctionFault('KitStsFailed', 'STS answered without a key', true)
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
    throw asFault(error)
  }
}

function asFault(error: unknown): FunctionFault {
  if (error instanceof FunctionFault) return error
  const { code, requestId } = error as { code?: unknown; requestId?: unknown }
  const stsCode = typeof code === 'string' && code !== '' ? code : 'no answer'
  const retryable =
    stsCode === 'no answer' ||
    /^(InternalError|RequestLimitExceeded)/.test(stsCode) ||
    /^E[A-Z]+$/.test(stsCode)
  const trace = typeof requestId === 'string' && requestId !== '' ? ` (RequestId ${requestId})` : ''
  return new FunctionFault('KitStsFailed', `STS refused: ${stsCode}${trace}`, retryable)
}

/**
 * For a local cloud: the same host name and scope as the real STS, only the socket goes to loopback.
 * Any other address is refused, so that no setting can send a signed request into the open.
 */
function transport(localEndpoint: string | undefined): object {
  if (!localEndpoint) return {}
  const match = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(localEndpoint)
  if (!match) {
    throw new FunctionFault('KitMisconfigured', 'COS_STS_ENDPOINT may only name a loopback address')
  }
  const host = (match[1] as string).replace(/[[\]]/g, '')
  const port = Number(match[2])
  const agent = new Agent()
  ;(agent as unknown as { createConnection: unknown }).createConnection = () =>
    createConnection({ host, port })
  return { protocol: 'http://', endpoint: HOST, agent }
}

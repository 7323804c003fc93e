import type { TemporaryKey } from '@miniprogram-cos/protocol'
import { FunctionFault } from '../functionFault'
import { localTransport } from './localTransport'
import type { StsAccess } from './stsAccess'
import { stsFault } from './stsFault'

const TIMEOUT_SECONDS = 5

/**
 * Asks STS for a key that can do what the policy says and no more, through Tencent's own SDK:
 * GetFederationToken (document 1312/48195), or AssumeRole (1312/48197) when the access names a role.
 * @param name who it is for, in the audit log
 * @param policy JSON text
 * @throws FunctionFault `KitStsFailed`, `KitMisconfigured`, `KitPolicyTooLong`: STS's code, never a secret
 */
export async function fetchTemporaryKey(
  access: StsAccess,
  name: string,
  policy: string,
  seconds: number,
): Promise<TemporaryKey> {
  try {
    // Loaded here, not at the top: a call that needs no new key does not pay for it.
    const { sts } = await import('tencentcloud-sdk-nodejs-sts')
    const { SecretId: secretId, SecretKey: secretKey, token, region, roleArn } = access
    const client = new sts.v20180813.Client({
      credential: { secretId, secretKey, ...(token ? { token } : {}) },
      region,
      profile: {
        httpProfile: { reqTimeout: TIMEOUT_SECONDS, ...localTransport(access.localEndpoint) },
      },
    })
    const asked = { Policy: encodeURIComponent(policy), DurationSeconds: seconds }
    const answer = roleArn
      ? await client.AssumeRole({ RoleArn: roleArn, RoleSessionName: name, ...asked })
      : await client.GetFederationToken({ Name: name, ...asked })
    const { Credentials: key, ExpiredTime, RequestId } = answer
    if (!key?.TmpSecretId || !key.TmpSecretKey || !key.Token || !ExpiredTime) {
      throw new FunctionFault('KitStsFailed', 'STS answered without a key', { retryable: true })
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
    throw stsFault(error)
  }
}

import { sts } from 'tencentcloud-sdk-nodejs-sts'
import type { CloudKey } from '../../cloud/settings'

/** A statement of a policy, in any form that STS may take or refuse. */
export interface PolicyStatement {
  effect: 'allow' | 'deny'
  action: string[]
  resource: string[]
  condition?: object
  principal?: object
}

/** GetFederationToken as it is: the key, or the code of the refusal. @throws when STS cannot be reached */
export async function askSts(
  { SecretId: secretId, SecretKey: secretKey }: CloudKey,
  region: string,
  Name: string,
  policy: string,
): Promise<{ key?: CloudKey; code: string }> {
  const client = new sts.v20180813.Client({
    credential: { secretId, secretKey },
    region,
    profile: { httpProfile: { reqTimeout: 10 } },
  })
  const Policy = encodeURIComponent(policy)
  try {
    const { Credentials: key } = await client.GetFederationToken({
      Name,
      Policy,
      DurationSeconds: 1800,
    })
    if (!key?.TmpSecretId || !key.TmpSecretKey || !key.Token) return { code: 'no key' }
    const { TmpSecretId: SecretId, TmpSecretKey: SecretKey, Token: token } = key
    return { key: { SecretId, SecretKey, token }, code: 'a key' }
  } catch (error) {
    const { code } = error as { code?: string }
    // Codes of the API have upper and lower case; those of sockets are no answer.
    if (code && /[a-z]/.test(code)) return { code }
    throw error
  }
}

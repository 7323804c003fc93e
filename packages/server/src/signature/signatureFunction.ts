import { encodeKey, presignedUrl, signRequest } from '@miniprogram-cos/protocol'
import { answerCall, type Call, type Invocation } from '../calls/answerCall'
import { type CheckedConfig, checkConfig } from '../config/checkConfig'
import type { CosConfig } from '../config/config'
import type { Refusal } from '../functionFault'
import { createName } from '../names/createName'
import { isServerName, nameSecret } from '../names/serverName'
import { compilePolicy } from '../policy/compilePolicy'
import { KeySource } from '../sts/keySource'
import type { Environment } from '../sts/stsAccess'
import { authorizeRequest } from './authorizeRequest'
import { nodeHash } from './nodeHash'
import { type DescribedRequest, readRequest } from './readRequest'

/** What every answer of cos-signature says: where the caller's files are. */
export interface CallerFolder {
  bucket: string
  region: string
  /** The caller's own folder, with its last slash. */
  prefix: string
}

/** One request, signed. */
export interface IssuedSignature extends CallerFolder {
  /** For the header `Authorization`. */
  authorization: string
  /** For the header `x-cos-security-token`. */
  sessionToken: string
  /** Unix seconds: until when the signature is good. */
  expiredTime: number
}

/** A URL that opens one object for one method. */
export interface IssuedUrl extends CallerFolder {
  url: string
  /** Unix seconds. */
  expiredTime: number
}

/** A name for one new object. */
export interface IssuedName extends CallerFolder {
  key: string
}

export type SignatureAnswer = IssuedSignature | IssuedUrl | IssuedName | CallerFolder

/** The clocks of this function and of COS may differ by as much. */
const CLOCK_SECONDS = 60

/**
 * The function cos-signature: the caller describes one request and gets its signature, or a URL. Without
 * a request it says where the caller's files are; with `create`, a name for a new one. The key that
 * signs permits the one verb in the one folder, and its secret stays here.
 * @throws Error for a configuration that is wrong
 */
export function signatureFunction(
  config: CosConfig,
  environment: Environment,
): (invocation: Invocation) => Promise<SignatureAnswer | Refusal> {
  const checked = checkConfig(config)
  const keys = new KeySource(checked, environment)
  return (invocation) =>
    answerCall('cos-signature', invocation, checked, async (call) => {
      const { bucket, region } = checked
      const folder = { bucket, region, prefix: call.home }
      const { create, Method } = call.event
      if (create !== undefined && create !== null) {
        call.line.what = 'create'
        const place = { ...call, rules: checked.rules }
        return { ...folder, key: createName(create, place, () => nameSecret(environment)).key }
      }
      if (Method === undefined) {
        call.line.what = 'place'
        return folder
      }
      const request = readRequest(call.event, checked)
      return { ...folder, ...(await sign(request, call, checked, keys, environment)) }
    })
}

async function sign(
  request: DescribedRequest,
  call: Call,
  config: CheckedConfig,
  keys: KeySource,
  environment: Environment,
): Promise<Omit<IssuedSignature, keyof CallerFolder> | Omit<IssuedUrl, keyof CallerFolder>> {
  const isOurs = (key: string) => isServerName(key, call.openid, nameSecret(environment))
  const { name, grants } = authorizeRequest(request, call, config, isOurs)
  call.line.what = request.isUrl ? `${name} url` : name
  const policy = compilePolicy(grants, config)
  const { key, isCached } = await keys.keyFor(call.openid, policy, request.seconds)
  call.line.cached = isCached
  call.line.stsRequestId = key.requestId
  const now = Math.floor(Date.now() / 1000)
  const expiredTime = Math.min(now + request.seconds, key.expiredTime)
  const host = request.headers.host ?? `${config.bucket}.cos.${config.region}.myqcloud.com`
  const { authorization } = signRequest(
    {
      method: request.method,
      pathname: `/${request.key}`,
      query: request.query,
      headers: { ...request.headers, host },
    },
    {
      SecretId: key.tmpSecretId,
      SecretKey: key.tmpSecretKey,
      keyTime: `${now - CLOCK_SECONDS};${expiredTime}`,
    },
    nodeHash,
  )
  if (!request.isUrl) return { authorization, sessionToken: key.sessionToken, expiredTime }
  const bare = `https://${host}/${encodeKey(request.key)}`
  return {
    url: presignedUrl(bare, authorization, request.query, key.sessionToken),
    expiredTime,
  }
}

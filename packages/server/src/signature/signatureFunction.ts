import {
  type CallerFolder,
  encodeKey,
  type IssuedForm,
  type IssuedSignature,
  type IssuedUrl,
  presignedUrl,
  type Refusal,
  type SignatureFunctionResponse,
  signRequest,
} from '@miniprogram-cos/protocol'
import { answerCall, type Call, type Invocation } from '../calls/answerCall'
import { type CheckedConfig, checkConfig } from '../config/checkConfig'
import type { CosConfig } from '../config/config'
import { createName } from '../names/createName'
import { isServerName, nameSecret } from '../names/serverName'
import { compilePolicy, formPolicy, type PolicyDocument } from '../policy/compilePolicy'
import { KeySource } from '../sts/keySource'
import type { Environment } from '../sts/stsAccess'
import { authorizeRequest } from './authorizeRequest'
import { nodeHash } from './nodeHash'
import { readForm } from './readForm'
import { type DescribedRequest, readRequest } from './readRequest'
import { signForm } from './signForm'

/** The clocks of this function and of COS may differ by as much. */
const CLOCK_SECONDS = 60

/**
 * The function cos-signature: the caller describes one request and gets its signature, or a URL; with `form`,
 * what wx.uploadFile sends one file with. Without a request it says where the caller's files are; with `create`,
 * a name for a new one. The key that signs permits the one verb in the one folder, and its secret stays here.
 * @throws Error for a configuration that is wrong
 */
export function signatureFunction(
  config: CosConfig,
  environment: Environment,
): (invocation: Invocation) => Promise<SignatureFunctionResponse | Refusal> {
  const checked = checkConfig(config)
  const keys = new KeySource(checked, environment)
  return (invocation) =>
    answerCall('cos-signature', invocation, checked, async (call) => {
      const { bucket, region } = checked
      const folder = { bucket, region, prefix: call.home }
      const { create, form, Method } = call.event
      if (create !== undefined && create !== null) {
        call.line.what = 'create'
        const place = { ...call, rules: checked.rules }
        return { ...folder, key: createName(create, place, () => nameSecret(environment)).key }
      }
      if (form !== undefined && form !== null) {
        return { ...folder, ...(await issueForm(form, call, checked, keys, environment)) }
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
  const {
    key,
    from,
    until: expiredTime,
  } = await keyFor(compilePolicy(grants, config), request.seconds, call, keys)
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
      keyTime: `${from};${expiredTime}`,
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

async function issueForm(
  asked: unknown,
  call: Call,
  config: CheckedConfig,
  keys: KeySource,
  environment: Environment,
): Promise<IssuedForm> {
  const isOurs = (key: string) => isServerName(key, call.openid, nameSecret(environment))
  const form = readForm(asked, call, config, isOurs)
  call.line.what = 'form'
  const { key, from, until } = await keyFor(
    formPolicy(form.grant, config),
    form.seconds,
    call,
    keys,
  )
  return signForm(form, config, key, [from, until])
}

/** The key that signs, and the period in Unix seconds for which it does. */
async function keyFor(
  policy: PolicyDocument,
  seconds: number,
  { openid, line }: Call,
  keys: KeySource,
) {
  const { key, isCached } = await keys.keyFor(openid, policy, seconds)
  line.cached = isCached
  line.stsRequestId = key.requestId
  const now = Math.floor(Date.now() / 1000)
  return { key, from: now - CLOCK_SECONDS, until: Math.min(now + seconds, key.expiredTime) }
}

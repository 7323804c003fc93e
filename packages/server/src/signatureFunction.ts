import type { OperationName, Refusal, SignatureFunctionResponse } from '@miniprogram-cos/protocol'
import { type CheckedConfig, type CosConfig, checkConfig } from './config'
import { type Call, handleInvocation, type Invocation } from './invocation'
import { KeySource } from './keySource'
import { formPolicy, requestPolicy, type SigningPolicy } from './policy/signing'
import { limitsUploads } from './rules'
import { createName, isServerName, nameSecret } from './serverNames'
import { type AuthorizedRequest, authorizeRequest } from './signature/authorize'
import { readForm, signForm } from './signature/form'
import { type DescribedRequest, readRequest } from './signature/request'
import { signDescribedRequest } from './signature/sign'
import type { Environment } from './sts'
import {
  type FunctionServices,
  type ServiceResponse,
  UploadServices,
  type WantedUpload,
} from './uploads/uploadServices'

/** The clocks of this function and of COS may differ by as much. */
const CLOCK_SECONDS = 60

/**
 * The function cos-signature: the caller describes one request and gets its signature, or a URL; with `form`, the form
 * data for one upload by wx.uploadFile; with `create`, a name for a new object; otherwise where their files are. The
 * signing key permits the one verb in the one folder, or where a rule limits uploads the upload of the one object; it
 * never leaves the function.
 *
 * @param environment the function's environment variables, `process.env`
 * @param services needed where rules have hooks, quotas or a trash
 * @throws Error for an invalid configuration
 */
export function signatureFunction(
  config: CosConfig,
  environment: Environment,
  services: FunctionServices = {},
): (invocation: Invocation) => Promise<SignatureFunctionResponse | ServiceResponse | Refusal> {
  const checked = checkConfig(config)
  const keys = new KeySource(checked, environment)
  const uploads = new UploadServices(checked, environment, services)
  return (invocation) =>
    handleInvocation<SignatureFunctionResponse | ServiceResponse>(
      'cos-signature',
      invocation,
      checked,
      (call) => uploads.answer(call) ?? answerCall(call, checked, keys, uploads, environment),
    )
}

async function answerCall(
  call: Call,
  config: CheckedConfig,
  keys: KeySource,
  uploads: UploadServices,
  environment: Environment,
): Promise<SignatureFunctionResponse> {
  const { event, openid, grants, prefix, log } = call
  const { bucket, region, rules } = config
  const folder = { bucket, region, prefix, ...uploads.servedPaths(call) }
  const isOwnName = (key: string) => isServerName(key, openid, nameSecret(environment))
  if (event.create !== undefined && event.create !== null) {
    log.what = 'create'
    const { key } = createName(event.create, { ...call, rules }, () => nameSecret(environment))
    return { ...folder, key }
  }
  if (event.form !== undefined && event.form !== null) {
    const form = readForm(event.form, { grants, rules }, isOwnName)
    log.what = 'form'
    const { key: Key, type, size, seconds } = form
    await uploads.permit(call, [{ rule: form.grant.rule, key: Key, size, type }], seconds)
    const { key, period } = await signingKey(
      {
        policy: formPolicy(form.grant, config, form.key),
        isForOneObject: limitsUploads(form.grant.rule),
      },
      form.seconds,
      call,
      keys,
    )
    return { ...folder, ...signForm(form, config, key, period) }
  }
  if (event.Method === undefined) {
    log.what = 'place'
    return folder
  }
  const request = readRequest(event, config)
  const authorized = authorizeRequest(request, call, config, isOwnName)
  log.what = request.isUrl ? `${authorized.name} url` : authorized.name
  await uploads.permit(call, uploadOf(authorized, request), request.seconds)
  const policy = requestPolicy(authorized, request.key, config)
  const { key, period } = await signingKey(policy, request.seconds, call, keys)
  return { ...folder, ...signDescribedRequest(request, config, key, period) }
}

/** The object that a request creates, or begins to. */
function uploadOf(
  { name, grants: [grant] }: AuthorizedRequest,
  { key, headers }: DescribedRequest,
): WantedUpload[] {
  if (!grant || !BEGINS_UPLOAD.includes(name)) return []
  const length = name === 'putObject' ? headers['content-length'] : undefined
  const size = length === undefined ? undefined : Number(length)
  // A copy may keep the type of its source, whatever the header says.
  const type = name === 'putObjectCopy' ? undefined : headers['content-type']
  return [{ rule: grant.rule, key, size, type }]
}

const BEGINS_UPLOAD: OperationName[] = ['putObject', 'putObjectCopy', 'multipartInit']

/** The key that signs, and the period in Unix seconds for which it does. */
async function signingKey(
  { policy, isForOneObject }: SigningPolicy,
  seconds: number,
  { openid, log }: Call,
  keys: KeySource,
) {
  const { key, isCached } = await keys.keyFor(openid, policy, seconds, { isForOneObject })
  log.cached = isCached
  log.stsRequestId = key.requestId
  const now = Math.floor(Date.now() / 1000)
  const until = Math.min(now + seconds, key.expiredTime)
  return { key, period: { from: now - CLOCK_SECONDS, until } }
}

import {
  type OperationName,
  operations,
  type SignatureFunctionResponse,
} from '@miniprogram-cos/protocol'
import { type Call, createFunction, type FunctionInstance } from './createFunction'
import type { Grant } from './grants'
import type { KeySource } from './keySource'
import {
  actionsOf,
  type BucketLocation,
  compilePolicy,
  formPolicy,
  type PolicyDocument,
  policyForPermissions,
  SINGLE_UPLOADS,
} from './policy'
import { limitsUploads } from './rules'
import { createName } from './serverNames'
import type { UploadRequest } from './services/hooks'
import { type AuthorizedRequest, authorizeRequest } from './signature/authorize'
import { readForm, signForm } from './signature/form'
import { type DescribedRequest, readRequest, signDescribedRequest } from './signature/request'

/** The clocks of this function and of COS may differ by as much. */
const CLOCK_SECONDS = 60

/**
 * The function cos-signature: the caller describes one request and gets its signature, or a URL; with `form`, the form
 * data for one upload by wx.uploadFile; with `create`, a name for a new object; otherwise where their files are. The
 * signing key permits the one verb in the one folder, or where a rule limits uploads the upload of the one object; it
 * never leaves the function.
 */
export const signatureFunction = createFunction<SignatureFunctionResponse>(
  'cos-signature',
  signCall,
)

async function signCall(
  call: Call,
  { config, environment, keys, services }: FunctionInstance,
): Promise<SignatureFunctionResponse> {
  const { event, log } = call
  const { bucket, region } = config
  const folder = { bucket, region, prefix: call.prefix, ...services.servedPaths(call) }
  if (event.create !== undefined && event.create !== null) {
    log.what = 'create'
    const { key } = createName(event.create, call, environment)
    return { ...folder, key }
  }
  if (event.form !== undefined && event.form !== null) {
    const form = readForm(event.form, call)
    log.what = 'form'
    const { key, type, size, seconds, grant } = form
    await services.permit(call, [{ rule: grant.rule, key, size, type }], seconds)
    const policy = {
      policy: formPolicy(grant, config, key),
      isForOneObject: limitsUploads(grant.rule),
    }
    const { credentials, period } = await signingCredentials(policy, seconds, call, keys)
    return { ...folder, ...signForm(form, config, credentials, period) }
  }
  if (event.Method === undefined) {
    log.what = 'place'
    return folder
  }
  const request = readRequest(event, config)
  const authorized = authorizeRequest(request, call, config, call.isServerName)
  log.what = request.isUrl ? `${authorized.name} url` : authorized.name
  await services.permit(call, uploadOf(authorized, request), request.seconds)
  const policy = requestPolicy(authorized, request.key, config)
  const { credentials, period } = await signingCredentials(policy, request.seconds, call, keys)
  return { ...folder, ...signDescribedRequest(request, config, credentials, period) }
}

/** The object that a request creates, or begins to. */
function uploadOf(
  { name, grants: [grant] }: AuthorizedRequest,
  { key, headers }: DescribedRequest,
): UploadRequest[] {
  if (!grant || !BEGINS_UPLOAD.includes(name)) return []
  const length = name === 'putObject' ? headers['content-length'] : undefined
  const size = length === undefined ? undefined : Number(length)
  // A copy may keep the type of its source, whatever the header says.
  const type = name === 'putObjectCopy' ? undefined : headers['content-type']
  return [{ rule: grant.rule, key, size, type }]
}

const BEGINS_UPLOAD: OperationName[] = ['putObject', 'putObjectCopy', 'multipartInit']

/** The policy of a key that signs, and how much of the bucket it opens. */
interface SigningPolicy {
  policy: PolicyDocument
  /** The key permits uploads to one object only, so each object needs its own. */
  isForOneObject: boolean
}

/**
 * The policy of the key that signs one request. A signature does not cover headers that are added later, and
 * `Pic-Operations` names further objects to write. Where a rule limits uploads, the key therefore permits the upload
 * of the one object, and of no other in the folder.
 * @param grants the grant that includes the operation, then that of a copy's source
 * @param key the object's key; empty for a list
 */
function requestPolicy(
  { name, grants }: { name: OperationName; grants: Grant[] },
  key: string,
  location: BucketLocation,
): SigningPolicy {
  const [grant, ...sources] = grants
  const isForOneObject = grant?.verb === 'write' && key !== '' && limitsUploads(grant.rule)
  if (!isForOneObject) return { policy: compilePolicy(grants, location), isForOneObject }
  const permissions = uploadActions(name).map((action) => ({ action, path: key, grant }))
  const policy = policyForPermissions(permissions, location)
  policy.statement.push(...compilePolicy(sources, location).statement)
  return { policy, isForOneObject }
}

/** An upload in one request, or the steps of a multipart upload, which share a key. */
function uploadActions(name: OperationName): readonly string[] {
  const own = operations[name].access
    .filter(({ on }) => on === 'object')
    .map(({ action }) => action)
  if (own.every((action) => SINGLE_UPLOADS.includes(action))) return own
  return actionsOf('write').filter((action) => !SINGLE_UPLOADS.includes(action))
}

/** The credentials that sign, and the period in Unix seconds for which they do. */
async function signingCredentials(
  { policy, isForOneObject }: SigningPolicy,
  seconds: number,
  { openid, log }: Call,
  keys: KeySource,
) {
  const { credentials, isCached } = await keys.credentialsFor(openid, policy, seconds, {
    isForOneObject,
  })
  log.cached = isCached
  log.stsRequestId = credentials.requestId
  const now = Math.floor(Date.now() / 1000)
  const until = Math.min(now + seconds, credentials.expiredTime)
  return { credentials, period: { from: now - CLOCK_SECONDS, until } }
}

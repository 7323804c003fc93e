import { type AnyOperation, parseBucket } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../sts/keys'
import { aclAllows } from './acl'
import type { Principal } from './authenticate'
import { type ConditionContext, UNKNOWN_YET } from './conditions'
import { accessDenied } from './errors'
import {
  type Decision,
  evaluateBucketPolicy,
  evaluatePolicy,
  type PolicyRequest,
} from './evaluatePolicy'
import { type CosRequest, versionIdOf } from './request'
import type { RequestTrace } from './requestLog'
import type { BucketRecord } from './store/records'
import type { Store } from './store/store'

/** One action on one resource, which a request requires. */
interface AccessRequest {
  action: string
  bucket: string
  region: string
  /** Key or list prefix; empty for the bucket itself. */
  path: string
  /** Version of the object, whose ACL applies. */
  versionId?: string | undefined
}

/** The access that an action requires. @param path key or list prefix; empty for the bucket itself */
export function accessTo(
  action: string,
  { name, region }: Pick<BucketRecord, 'name' | 'region'>,
  path = '',
  versionId?: string,
): AccessRequest {
  return { action, bucket: name, region, path, versionId }
}

/** The inputs of an access decision. */
export interface AuthorizationContext {
  request: CosRequest
  principal: Principal
  store: Store
  keys: KeyRing
  /**
   * Describes content that is not described by the request's headers: the form fields that stand for headers and the length
   * of the file, undefined until it is received; or type and length of a processed image.
   */
  form?: { headers: Record<string, string>; length: number | undefined }
  trace: RequestTrace
}

/** The access that an operation requires, as far as it is known before the body is read. */
export function requiredAccess(
  operation: AnyOperation,
  request: CosRequest,
  region: string,
  key = request.key,
): AccessRequest[] {
  const required: AccessRequest[] = []
  for (const { action, on } of operation.access) {
    // Known only after the body or the copy source has been read: the operation authorizes them.
    if (on === 'listedObjects' || on === 'copySource') continue
    const path = on === 'object' ? key : on === 'prefix' ? (request.query.prefix ?? '') : ''
    const versionId = on === 'object' ? versionIdOf(request) : undefined
    const bucket = on === 'service' ? '' : request.bucket
    required.push({ action, bucket, region, path, versionId })
  }
  return required
}

/** @throws CosServiceError `AccessDenied`, with the reason in the element `Decision` */
export async function authorize(
  context: AuthorizationContext,
  required: readonly AccessRequest[],
): Promise<void> {
  for (const access of required) {
    const { allowed, reason } = await decideAndRecord(context, access)
    if (!allowed) throw accessDenied(reason)
  }
}

/** Decides on one access, and records the decision for the request log. */
export async function decideAndRecord(
  context: AuthorizationContext,
  access: AccessRequest,
): Promise<Decision> {
  let decision = await combineDecisions(context, access)
  const rule = decision.allowed ? undefined : context.trace.explainPath?.(access.path)
  if (rule) decision = { ...decision, reason: `${decision.reason}; ${rule} covers the path` }
  context.trace.recordDecision(context.principal, access.path, decision)
  return decision
}

/**
 * Combines the decisions of all policies and the ACLs. An explicit deny in any of them refuses the access; otherwise the key's policy, the bucket policy
 * or an ACL must allow it (documents 436/31923, 598/10607). The root key owns every bucket.
 */
async function combineDecisions(
  context: AuthorizationContext,
  access: AccessRequest,
): Promise<Decision> {
  const { principal, store, keys } = context
  const { action, region, path } = access
  const request: PolicyRequest = {
    action,
    region,
    appid: parseBucket(access.bucket)?.appid ?? keys.appid,
    bucket: access.bucket,
    path,
    context: conditionContext(context),
  }
  const byKeyPolicy = decideByKeyPolicy(principal, request)
  if (byKeyPolicy.isExplicit) return byKeyPolicy
  const bucket = store.buckets.get(access.bucket)
  const policy = bucket?.documents?.policy
  const uin = principal.kind === 'root' ? keys.ownerUin : undefined
  const byBucket = policy ? evaluateBucketPolicy(policy, request, uin) : undefined
  const byBucketPolicy = byBucket && { ...byBucket, reason: `bucket policy: ${byBucket.reason}` }
  // The owner can always replace a policy that denies everything.
  const isRecovering = principal.kind === 'root' && /BucketPolicy$/.test(action)
  if (byBucketPolicy?.isExplicit && !isRecovering) return byBucketPolicy
  if (byKeyPolicy.allowed) return byKeyPolicy
  if (byBucketPolicy?.allowed) return byBucketPolicy
  const object = path && (await store.objects.find(access.bucket, path, access.versionId))
  const objectAcl = object ? object.acl : undefined
  if (aclAllows(action, bucket?.acl, objectAcl, principal.kind !== 'anonymous')) {
    return { allowed: true, reason: 'the ACL allows it' }
  }
  return byKeyPolicy
}

function decideByKeyPolicy(principal: Principal, request: PolicyRequest): Decision {
  if (principal.kind === 'root') return { allowed: true, reason: 'the root key owns every bucket' }
  if (principal.kind === 'anonymous') {
    return { allowed: false, reason: 'the request is not signed, and nothing is public' }
  }
  const { policy, boundary } = principal.session
  const decision = evaluatePolicy(policy, request)
  const limit = boundary && evaluatePolicy(boundary, request)
  return limit && !limit.allowed ? { ...limit, reason: `the role: ${limit.reason}` } : decision
}

/** The values that policy conditions compare (documents 436/71306, 436/71307). */
function conditionContext({ request, form }: AuthorizationContext): ConditionContext {
  const { query, raw } = request
  const headers = { ...request.headers, ...form?.headers }
  const length = form ? (form.length?.toString() ?? UNKNOWN_YET) : headers['content-length']
  return {
    'qcs:ip': raw.socket.remoteAddress?.replace(/^::ffff:/, ''),
    'cos:secure-transport': 'encrypted' in raw.socket ? 'true' : 'false',
    'cos:content-length': length,
    'cos:host': headers.host,
    'cos:content-type': headers['content-type'],
    'cos:x-cos-acl': headers['x-cos-acl'],
    // Not documented in 436/71306, but named like the keys of all other headers there.
    'cos:x-cos-grant-read': headers['x-cos-grant-read'],
    'cos:x-cos-grant-write': headers['x-cos-grant-write'],
    'cos:x-cos-grant-read-acp': headers['x-cos-grant-read-acp'],
    'cos:x-cos-grant-write-acp': headers['x-cos-grant-write-acp'],
    'cos:x-cos-grant-full-control': headers['x-cos-grant-full-control'],
    'cos:x-cos-storage-class': headers['x-cos-storage-class'],
    'cos:prefix': query.prefix,
    'cos:delimiter': query.delimiter,
    'cos:marker': query.marker,
    'cos:versionid': versionIdOf(request),
    'cos:response-content-type': query['response-content-type'],
  }
}

import { type AnyOperation, parseBucket } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import { Fault } from '../answer/fault'
import type { Principal } from '../authentication/principal'
import { evaluateBucketPolicy } from '../policy/bucketPolicy'
import { type ConditionContext, UNKNOWN_YET } from '../policy/conditions'
import { type AccessRequest, type Decision, evaluatePolicy } from '../policy/evaluatePolicy'
import { type CosRequest, versionIdOf } from '../request/request'
import type { Store } from '../store/store'
import { aclAllows } from './acl'

/** One thing an operation wants to do. */
export interface Wanted {
  action: string
  bucket: string
  region: string
  /** Key or list prefix; empty for the bucket itself. */
  path: string
  /** Of the object that is asked for: its ACL is that version's. */
  versionId?: string | undefined
}

/** What a decision needs to know. */
export interface Asking {
  request: CosRequest
  principal: Principal
  store: Store
  keys: KeyRing
  /** A form's fields that mean headers, and its file's length, unknown before it has come in. */
  form?: { headers: Record<string, string>; length: number | undefined }
  /** Takes note of what is decided, for the request log. */
  trace?: DecisionTrace
}

/** What was decided in the course of one request. */
export interface DecisionTrace {
  principal: Principal
  /** Why: the refusal if there was one, else the last reason. */
  decision?: Decision
  /** Keys and prefixes that were asked about. */
  paths: Set<string>
}

/** What a request's row of the table asks for, where the request alone tells it. */
export function wantedAccess(
  row: AnyOperation,
  request: CosRequest,
  region: string,
  key = request.key,
): Wanted[] {
  const wanted: Wanted[] = []
  for (const { action, on } of row.access) {
    // The two others are known only once the body or the copy source has been read.
    if (on === 'listedObjects' || on === 'copySource') continue
    const path = on === 'object' ? key : on === 'prefix' ? (request.query.prefix ?? '') : ''
    const versionId = on === 'object' ? versionIdOf(request) : undefined
    wanted.push({
      action,
      bucket: on === 'service' ? '' : request.bucket,
      region,
      path,
      versionId,
    })
  }
  return wanted
}

/**
 * Decides one wish (documents 436/31923, 598/10607): an explicit deny anywhere wins; else the policy of
 * the key, the bucket policy or an ACL must allow it. The root key owns every bucket.
 */
export async function decide(asking: Asking, wanted: Wanted): Promise<Decision> {
  const decision = await weigh(asking, wanted)
  const { trace, principal } = asking
  if (trace) {
    trace.principal = principal
    trace.paths.add(wanted.path)
    if (trace.decision?.allowed !== false) trace.decision = decision
  }
  return decision
}

async function weigh(asking: Asking, wanted: Wanted): Promise<Decision> {
  const { principal, store, keys } = asking
  const access: AccessRequest = {
    action: wanted.action,
    region: wanted.region,
    appid: parseBucket(wanted.bucket)?.appid ?? keys.appid,
    bucket: wanted.bucket,
    path: wanted.path,
    context: conditionContext(asking),
  }
  const bucket = store.buckets.get(wanted.bucket)
  const own = ownDecision(principal, access)
  if (own.isExplicit) return own
  const policy = bucket?.documents?.policy
  const uin = principal.kind === 'root' ? keys.ownerUin : undefined
  const shared = policy ? evaluateBucketPolicy(policy, access, uin) : undefined
  // The owner can always mend a policy that locks everybody out.
  const isMending = principal.kind === 'root' && /BucketPolicy$/.test(wanted.action)
  if (shared?.isExplicit && !isMending) {
    return { ...shared, reason: `bucket policy: ${shared.reason}` }
  }
  if (own.allowed) return own
  if (shared?.allowed) return { ...shared, reason: `bucket policy: ${shared.reason}` }
  const object =
    wanted.path === ''
      ? undefined
      : await store.objects.find(wanted.bucket, wanted.path, wanted.versionId)
  if (aclAllows(wanted.action, bucket?.acl, object?.acl, principal.kind !== 'anonymous')) {
    return { allowed: true, reason: 'the ACL allows it' }
  }
  return own
}

function ownDecision(principal: Principal, access: AccessRequest): Decision {
  if (principal.kind === 'root') return { allowed: true, reason: 'the root key owns every bucket' }
  if (principal.kind === 'anonymous') {
    return { allowed: false, reason: 'the request is not signed, and nothing is public' }
  }
  const { policy, boundary } = principal.session
  const own = evaluatePolicy(policy, access)
  const limit = boundary && evaluatePolicy(boundary, access)
  return limit && !limit.allowed ? { ...limit, reason: `the role: ${limit.reason}` } : own
}

/** @throws Fault `AccessDenied`, with the reason in the extra element `Decision` */
export async function authorize(asking: Asking, wanted: Wanted[]): Promise<void> {
  for (const wish of wanted) {
    const decision = await decide(asking, wish)
    if (!decision.allowed) {
      throw new Fault('AccessDenied', undefined, { Decision: decision.reason })
    }
  }
}

/** What the request offers to policy conditions (documents 436/71306, 436/71307). */
function conditionContext({ request, form }: Asking): ConditionContext {
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
    // Not in the list of document 436/71306, in which every other key of a header is named like this.
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

import type { AnyOperation } from '@miniprogram-cos/protocol'
import { parseBucket } from '@miniprogram-cos/protocol'
import type { Principal } from './authenticate'
import { Fault } from './fault'
import type { ConditionContext } from './policy/conditions'
import { type Decision, evaluatePolicy } from './policy/evaluatePolicy'
import type { CosRequest } from './request'

/** One thing an operation wants to do. */
export interface Wanted {
  action: string
  bucket: string
  region: string
  /** Key or list prefix; empty for the bucket itself. */
  path: string
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
    wanted.push({ action, bucket: on === 'service' ? '' : request.bucket, region, path })
  }
  return wanted
}

/** Decides one wish. Identity alone decides here: the root owns everything, others need a policy. */
export function decide(principal: Principal, wanted: Wanted, request: CosRequest): Decision {
  if (principal.kind === 'root') return { allowed: true, reason: 'the root key owns every bucket' }
  if (principal.kind === 'anonymous') {
    return { allowed: false, reason: 'the request is not signed and the bucket is private' }
  }
  return evaluatePolicy(principal.session.policy, {
    action: wanted.action,
    region: wanted.region,
    appid: parseBucket(wanted.bucket)?.appid ?? '',
    bucket: wanted.bucket,
    path: wanted.path,
    context: conditionContext(request),
  })
}

/** @throws Fault `AccessDenied`, with the reason in the extra element `Decision` */
export function authorize(principal: Principal, wanted: Wanted[], request: CosRequest): void {
  for (const wish of wanted) {
    const decision = decide(principal, wish, request)
    if (!decision.allowed) {
      throw new Fault('AccessDenied', undefined, { Decision: decision.reason })
    }
  }
}

/** What the request offers to policy conditions (documents 436/71306, 436/71307). */
function conditionContext({ headers, query, raw }: CosRequest): ConditionContext {
  return {
    'qcs:ip': raw.socket.remoteAddress?.replace(/^::ffff:/, ''),
    'cos:secure-transport': 'encrypted' in raw.socket ? 'true' : 'false',
    'cos:content-length': headers['content-length'],
    'cos:content-type': headers['content-type'],
    'cos:x-cos-acl': headers['x-cos-acl'],
    'cos:x-cos-storage-class': headers['x-cos-storage-class'],
    'cos:prefix': query.prefix,
    'cos:delimiter': query.delimiter,
    'cos:marker': query.marker,
    'cos:versionid': query.versionId,
    'cos:response-content-type': query['response-content-type'],
  }
}

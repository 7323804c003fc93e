import type { IncomingMessage, ServerResponse } from 'node:http'
import type { OperationName } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../sts/keys'
import { checkReferer, checkStrictSignature } from './accessChecks'
import { type Authenticated, authenticate } from './authenticate'
import { type AuthorizationContext, authorize, requiredAccess } from './authorize'
import { findTrafficLimit, throttled } from './body'
import { corsHeaders } from './cors'
import { CosServiceError, notImplemented } from './errors'
import {
  applyAfter,
  applyBefore,
  ConnectionDropped,
  createThrottles,
  type FaultPlan,
} from './faults'
import type { ImageProcessor } from './images/imageProcessor'
import { handlers, matchImageOperation, matchRequest, requireServed } from './operations/router'
import { type Addressing, addressedBucket, type CosRequest, checkKey, readRequest } from './request'
import { type ExplainPath, type LogEntry, RequestTrace } from './requestLog'
import { type CosResponse, errorResponse, newRequestId, sendResponse } from './response'
import type { BucketRecord } from './store/records'
import type { Store } from './store/store'

/** The services that a request uses. */
export interface CosServices {
  store: Store
  keys: KeyRing
  addressing: Addressing
  images: ImageProcessor
  faults: FaultPlan
  /** Unix milliseconds. @default Date.now */
  clock: () => number
  /** Milliseconds without progress after which a body is `RequestTimeout`. @default 60000 */
  bodyIdleMs?: number | undefined
  /** Duration of a restore in milliseconds. @default the documented time of its tier */
  restoreDelayMs?: number | undefined
  log?: ((entry: LogEntry) => void) | undefined
  explainPath?: ExplainPath | undefined
  /** Requests in progress: the store is closed only after they have ended. */
  running: Set<Promise<void>>
}

/** Serves one request of the local COS. Errors of any stage become error responses. */
export async function serveCos(
  services: CosServices,
  raw: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = services.clock()
  const requestId = newRequestId(now)
  const trace = new RequestTrace(raw, requestId, now, services.explainPath)
  let result: CosResponse
  try {
    result = await handleRequest(services, raw, trace, now)
  } catch (error) {
    if (error instanceof ConnectionDropped) {
      raw.destroy()
      return
    }
    if (!(error instanceof CosServiceError)) console.error(error)
    trace.error = error instanceof CosServiceError ? error : new CosServiceError('InternalError')
    result = errorResponse(trace.error, resourceOf(raw), requestId)
  }
  result = withCorsHeaders(services, raw, result)
  trace.write(services.log, result.status, services.clock())
  try {
    const sent = applyAfter(trace.faults, result, now)
    await sendResponse(response, sent, requestId, raw.method === 'HEAD')
  } catch {
    // The client or an injected fault has closed the connection.
    response.destroy()
  } finally {
    result.release?.()
  }
}

/** The stages of a request: parse, authenticate, authorize, run the operation. */
async function handleRequest(
  services: CosServices,
  raw: IncomingMessage,
  trace: RequestTrace,
  now: number,
): Promise<CosResponse> {
  const { store, keys, images, restoreDelayMs } = services
  // Parse.
  const request = readRequest(raw, services.addressing)
  const match = matchRequest(request)
  if (match) trace.operation = match.name
  trace.faults = services.faults.next(trace.operation)
  await applyBefore(trace.faults, raw)
  request.throttles.push(...createThrottles(trace.faults))

  // Authenticate. A preflight is never signed; the signature of a form is in its body.
  const isPreflight = request.method === 'OPTIONS'
  const isSigned = !isPreflight && match?.operation.form !== true
  const { principal, signed }: Authenticated = isSigned
    ? authenticate(request, keys, Math.floor(now / 1000))
    : { principal: { kind: 'anonymous' } }
  trace.principal = principal
  if (request.isMerged && !isPreflight) {
    throw new CosServiceError('InvalidURI', 'A path of slashes and dots names no object.')
  }

  // Find the bucket and the operation.
  const bucket = findBucket(services, request, match?.name)
  if (bucket && principal.kind === 'anonymous') checkReferer(request, bucket)
  const context: AuthorizationContext = { request, principal, store, keys, trace }
  const { requestId } = trace
  const operationContext = { ...context, bucket, now, requestId, images, restoreDelayMs }
  const imageOperation = bucket && matchImageOperation(request)
  if (imageOperation) {
    for (const action of imageOperation.actions)
      checkStrictSignature(bucket, signed, request, action)
    return imageOperation.handler(operationContext)
  }
  const { name, operation } = isPreflight && match ? match : requireServed(match, request)

  // Authorize. Operations authorize the objects that are listed only in the body.
  if (isSigned) {
    const required = requiredAccess(operation, request, bucket?.region ?? request.region ?? '')
    await authorize(context, required)
    // The keys of a multi-object deletion are authorized later, but its action is known.
    const action = required[0]?.action ?? operation.access[0]?.action ?? ''
    if (bucket) checkStrictSignature(bucket, signed, request, action)
  }
  if (request.target === 'object') checkKey(request.key)

  // Run the operation.
  const handler = handlers[name]
  if (!handler) throw notImplemented(name)
  const limit = findTrafficLimit(request)
  if (limit) request.throttles.push(limit)
  const response = await handler(operationContext)
  const { body } = response
  const isStream = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  return limit && isStream ? { ...response, body: throttled(body, [limit]) } : response
}

/** Operations that the acceleration endpoint supports (document 436/38866). */
const ACCELERATED = new Set<OperationName>([
  'putObject',
  'postObject',
  'getObject',
  'headObject',
  'optionsObject',
  'multipartInit',
  'multipartUpload',
  'multipartComplete',
  'multipartAbort',
  'multipartListPart',
  'multipartList',
])

/**
 * Finds the bucket of a request.
 * @returns undefined for the service, and for putBucket if it does not exist
 * @throws CosServiceError `NoSuchBucket`, also for a bucket of another region, as COS answers
 */
function findBucket(
  { store }: CosServices,
  request: CosRequest,
  operation: OperationName | undefined,
): BucketRecord | undefined {
  if (request.target === 'service') return undefined
  const bucket = store.buckets.get(request.bucket)
  if (operation === 'putBucket') return bucket
  if (!bucket || (request.region && request.region !== bucket.region)) {
    throw new CosServiceError('NoSuchBucket')
  }
  if (request.isAccelerated && !/<Status>Enabled</.test(bucket.documents?.accelerate ?? '')) {
    throw new CosServiceError('BucketAccelerateNotEnabled')
  }
  if (request.isAccelerated && (!operation || !ACCELERATED.has(operation))) {
    throw new CosServiceError('ActionAccelerateNotSupported')
  }
  return bucket
}

/** Adds the headers of the bucket's CORS rules, except to a preflight, whose operation adds its own. */
function withCorsHeaders(
  services: CosServices,
  raw: IncomingMessage,
  response: CosResponse,
): CosResponse {
  const bucket = raw.method === 'OPTIONS' ? undefined : bucketForCors(services, raw)
  if (!bucket) return response
  return { ...response, headers: { ...response.headers, ...corsHeaders(bucket, raw) } }
}

/** Finds the bucket of a request, even if the request is invalid otherwise. */
export function bucketForCors(
  { store, addressing }: CosServices,
  raw: IncomingMessage,
): BucketRecord | undefined {
  const addressed = addressedBucket(raw, addressing)
  const bucket = addressed && store.buckets.get(addressed.bucket)
  return bucket && (addressed.region ?? bucket.region) === bucket.region ? bucket : undefined
}

/** Host and path of a request, for error documents. */
function resourceOf(raw: IncomingMessage): string {
  // A client that uses a proxy sends the whole URL.
  const path = (raw.url ?? '').split('?')[0]?.replace(/^https?:\/\/[^/]*/, '')
  return `${raw.headers.host ?? ''}${path}`
}

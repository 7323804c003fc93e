import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnyOperation,
  matchOperation,
  type OperationMatch,
  type OperationName,
  operations,
  unservedSubresource,
} from '@miniprogram-cos/protocol'
import type { KeyRing } from '../keys/keyRing'
import { authorize, type DecisionTrace, wantedAccess } from './access/authorize'
import { corsHeadersOf } from './access/cors'
import { checkReferer } from './access/referer'
import { type Answer, faultAnswer, newRequestId, sendAnswer } from './answer/answer'
import { Fault } from './answer/fault'
import { type Authenticated, authenticate } from './authentication/authenticate'
import type { Principal } from './authentication/principal'
import { checkStrictSignature } from './authentication/strictSignature'
import { Dropped, faultAfter, faultBefore, pacesOf } from './faults/applyFaults'
import type { FaultAction, FaultPlan } from './faults/faultPlan'
import { handlers } from './operations/index'
import { checkKey } from './request/key'
import { paced } from './request/pace'
import { type Addressing, addressedBucket, type CosRequest, readRequest } from './request/request'
import { trafficLimitOf } from './request/trafficLimit'
import type { BucketRecord } from './store/records'
import type { Store } from './store/store'

/** One line of the request log. */
export interface LogEntry {
  time: string
  method: string
  /** As sent, signature and token cut out. */
  url: string
  operation: OperationName | 'unknown'
  who: string
  status: number
  code?: string
  /** Which statement allowed or refused it. */
  decision?: string
  /** What was decided on: keys, or the prefix of a list; `url` does not show those of a form or a body. */
  paths: string[]
  milliseconds: number
  requestId: string
}

export interface CosServices {
  store: Store
  keys: KeyRing
  addressing: Addressing
  /** What goes wrong on purpose. */
  faults: FaultPlan
  /** Unix milliseconds. @default Date.now */
  clock: () => number
  /** Milliseconds for which a body may fall silent. @default 60000 */
  bodyIdleMs?: number | undefined
  /** Milliseconds that a restore takes. @default as documented for its tier */
  restoreDelayMs?: number | undefined
  log?: ((entry: LogEntry) => void) | undefined
  /** Requests being served: the store may be closed only when they have ended. */
  running: Set<Promise<void>>
}

/** A request's way through the local COS: address, authenticate, authorize, operate, answer. */
export async function serveCos(
  services: CosServices,
  raw: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = services.clock()
  const requestId = newRequestId(now)
  const principal: Principal = { kind: 'anonymous' }
  const seen: Seen = { operation: 'unknown', principal, faults: [], paths: new Set() }
  let answer: Answer
  let fault: Fault | undefined
  try {
    answer = await run(services, raw, now, requestId, seen)
  } catch (error) {
    if (error instanceof Dropped) {
      raw.destroy()
      return
    }
    fault = error instanceof Fault ? error : new Fault('InternalError')
    if (!(error instanceof Fault)) console.error(error)
    answer = faultAnswer(fault, resourceOf(raw), requestId)
  }
  const corsBucket = existingBucket(services, raw)
  if (corsBucket && raw.method !== 'OPTIONS') {
    answer = { ...answer, headers: { ...answer.headers, ...corsHeadersOf(corsBucket, raw) } }
  }
  tell(services, {
    time: new Date(now).toISOString(),
    method: raw.method ?? '',
    url: withoutSecrets(raw.url ?? ''),
    operation: seen.operation,
    who: nameOf(seen.principal),
    status: answer.status,
    ...(fault ? { code: fault.code } : {}),
    ...decisionOf(seen, fault),
    paths: [...seen.paths].slice(0, MAX_LOGGED_PATHS),
    milliseconds: services.clock() - now,
    requestId,
  })
  try {
    const sent = faultAfter(seen.faults, answer, now)
    await sendAnswer(response, sent, requestId, raw.method === 'HEAD')
  } catch {
    // The client went away; there is nobody left to tell.
    response.destroy()
  } finally {
    answer.release?.()
  }
}

/** A listener that throws must not cost the client its answer. */
function tell({ log }: CosServices, entry: LogEntry): void {
  try {
    log?.(entry)
  } catch (error) {
    console.error(error)
  }
}

/** A list of thousands of keys to delete would make the log unreadable. */
const MAX_LOGGED_PATHS = 10

function decisionOf({ decision }: Seen, fault: Fault | undefined): { decision?: string } {
  const reason = fault?.details.Decision ?? decision?.reason
  return reason ? { decision: reason } : {}
}

interface Seen extends DecisionTrace {
  operation: OperationName | 'unknown'
  faults: FaultAction[]
}

/** The bucket a request addresses, if there is one: its CORS rules apply to every answer. */
export function existingBucket(
  { store, addressing }: CosServices,
  raw: IncomingMessage,
): BucketRecord | undefined {
  const addressed = addressedBucket(raw, addressing)
  const bucket = addressed && store.buckets.get(addressed.bucket)
  return bucket && (addressed.region ?? bucket.region) === bucket.region ? bucket : undefined
}

async function run(
  services: CosServices,
  raw: IncomingMessage,
  now: number,
  requestId: string,
  seen: Seen,
): Promise<Answer> {
  const { store, keys } = services
  const request = readRequest(raw, services.addressing)
  const isPreflight = request.method === 'OPTIONS'
  const recognised = matchOperation({
    method: request.method,
    // A preflight may ask about any address, the bucket's and its sub-resources' too (436/8288).
    target: isPreflight ? 'object' : request.target,
    query: isPreflight ? {} : request.query,
    copies: request.headers['x-cos-copy-source'] !== undefined,
    form: /^multipart\/form-data/i.test(request.headers['content-type'] ?? ''),
  })
  if (recognised) seen.operation = recognised.name
  seen.faults = services.faults.next(seen.operation)
  await faultBefore(seen.faults, raw)
  request.paces.push(...pacesOf(seen.faults))
  const isForm = recognised?.operation.form === true
  // A preflight is never signed, and a form carries its signature inside.
  const isSigned = !isForm && !isPreflight
  const { principal, auth }: Authenticated = isSigned
    ? authenticate(request, keys, Math.floor(now / 1000))
    : { principal: { kind: 'anonymous' } }
  seen.principal = principal
  // COS merges such a path into the bucket's, for which it was not signed.
  if (request.isFolded && !isPreflight) {
    throw new Fault('InvalidURI', 'A path of slashes and dots names no object.')
  }
  const bucket = findBucket(services, request, recognised?.name)
  if (bucket && principal.kind === 'anonymous') checkReferer(request, bucket)
  const { name, operation: row } =
    isPreflight && recognised ? recognised : refuseUnserved(recognised, request)
  const asking = { request, principal, store, keys, trace: seen }
  if (isSigned) {
    const wanted = wantedAccess(row, request, bucket?.region ?? request.region ?? '')
    await authorize(asking, wanted)
    const signed = auth ?? (principal.kind === 'anonymous' ? undefined : SIGNS_NOTHING)
    if (bucket) checkStrictSignature(bucket, signed, request, wanted[0]?.action ?? '')
  }
  if (request.target === 'object') checkKey(request.key)
  const limit = trafficLimitOf(request)
  if (limit) request.paces.push(limit)
  const handler = handlers[name]
  if (!handler) throw notImplemented(name)
  const answer = await handler({
    ...asking,
    bucket,
    now,
    requestId,
    restoreDelayMs: services.restoreDelayMs,
  })
  const { body } = answer
  const isStream = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  return limit && isStream ? { ...answer, body: paced(body, [limit]) } : answer
}

/** The older signature covers neither headers nor parameters. */
const SIGNS_NOTHING = { headerList: [], paramList: [] }

/** What the acceleration host serves, by the page on acceleration endpoints. */
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

/** @throws Fault `NoSuchBucket` also for a bucket of another region, as COS answers */
function findBucket(
  { store }: CosServices,
  request: CosRequest,
  operation: OperationName | undefined,
): BucketRecord | undefined {
  if (request.target === 'service') return undefined
  const bucket = store.buckets.get(request.bucket)
  if (operation === 'putBucket') return bucket
  if (!bucket || (request.region && request.region !== bucket.region)) {
    throw new Fault('NoSuchBucket')
  }
  if (request.accelerate && !/<Status>Enabled</.test(bucket.documents?.accelerate ?? '')) {
    throw new Fault('BucketAccelerateNotEnabled')
  }
  if (request.accelerate && (!operation || !ACCELERATED.has(operation))) {
    throw new Fault('ActionAccelerateNotSupported')
  }
  return bucket
}

/** Sub-resources of which some methods are imitated: others are none of COS's. */
const SERVED = new Set(
  Object.entries(operations)
    .filter(([name]) => name in handlers)
    .map(([, row]) => `${row.target} ${row.subresource}`),
)

/** Parameters that only together with others make an operation: `partNumber`, `uploadId`. */
const NEEDED = new Set(Object.values(operations).flatMap((row: AnyOperation) => row.needs ?? []))

function refuseUnserved(
  recognised: OperationMatch | undefined,
  request: CosRequest,
): OperationMatch {
  const unserved = unservedSubresource(recognised?.operation, request.query)
  if (unserved && NEEDED.has(unserved)) {
    throw new Fault('InvalidArgument', `The parameter ${unserved} does not stand alone.`)
  }
  if (unserved && SERVED.has(`${request.target} ${unserved}`)) throw new Fault('MethodNotAllowed')
  if (unserved) throw notImplemented(`${request.method} ${request.target} ?${unserved}`)
  if (!recognised) throw new Fault('MethodNotAllowed')
  return recognised
}

function notImplemented(what: string): Fault {
  return new Fault('NotImplemented', `The local COS does not imitate ${what}.`)
}

function nameOf(principal: Principal): string {
  if (principal.kind === 'temporary') return principal.session.name
  return principal.kind
}

function resourceOf(raw: IncomingMessage): string {
  // A proxy client sends the whole URL as its target.
  const path = (raw.url ?? '').split('?')[0]?.replace(/^https?:\/\/[^/]*/, '')
  return `${raw.headers.host ?? ''}${path}`
}

const SECRET_PARAMS = new Set(['sign', 'q-signature', 'x-cos-security-token'])

/** Signatures and tokens stay out of the log, however their names are written. */
export function withoutSecrets(url: string): string {
  return url.replace(/([?&])([^=&]*)=([^&]*)/g, (pair, mark: string, name: string) =>
    SECRET_PARAMS.has(decoded(name).toLowerCase()) ? `${mark}${name}=…` : pair,
  )
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

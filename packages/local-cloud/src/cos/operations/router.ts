import {
  type AnyOperation,
  matchOperation,
  type OperationMatch,
  operations,
  unmatchedSubresource,
} from '@miniprogram-cos/protocol'
import { optionsObject } from '../cors'
import { CosServiceError, invalidArgument, notImplemented } from '../errors'
import { answerStyleRequest } from '../images/imageRequests'
import { processInCloud } from '../images/picOperations'
import { isSnapshot } from '../images/snapshot'
import type { CosRequest } from '../request'
import { aclTaggingRestore } from './aclTaggingRestore'
import { bucket } from './bucket'
import { bucketConfiguration } from './bucketConfiguration'
import { copy } from './copy'
import { listObjects } from './listObjects'
import { multipart } from './multipart'
import { object } from './object'
import type { Handler, Handlers } from './operation'
import { postObject } from './postObject'

/** The implemented operations, by their names in the protocol's table. */
export const handlers: Handlers = {
  ...bucket,
  ...bucketConfiguration,
  ...listObjects,
  ...object,
  ...postObject,
  ...copy,
  ...multipart,
  ...aclTaggingRestore,
  ...optionsObject,
}

/**
 * Finds the operation on images that is not in the protocol's table: `?style` of a bucket, and `POST /<key>?image_process`.
 * @returns its handler, and its actions for strict signature mode. Those of `?style` are not documented, so only a rule for
 *   all actions covers it.
 */
export function matchImageOperation({
  method,
  target,
  query,
}: CosRequest): { handler: Handler; actions: string[] } | undefined {
  if (target === 'bucket' && 'style' in query && method !== 'OPTIONS') {
    return { handler: answerStyleRequest, actions: [''] }
  }
  if (target === 'object' && 'image_process' in query && method === 'POST') {
    return { handler: processInCloud, actions: ['GetObject', 'PutObject'] }
  }
  return undefined
}

/** Finds the operation of a request. */
export function matchRequest({
  method,
  target,
  query,
  headers,
}: CosRequest): OperationMatch | undefined {
  const isPreflight = method === 'OPTIONS'
  return matchOperation({
    method,
    // A preflight may have any address, including those of buckets and sub-resources (436/8288).
    target: isPreflight ? 'object' : target,
    query: isPreflight ? {} : query,
    copies: headers['x-cos-copy-source'] !== undefined,
    form: /^multipart\/form-data/i.test(headers['content-type'] ?? ''),
  })
}

/** Sub-resources of which at least one method is implemented. */
const SERVED_SUBRESOURCES = new Set(
  Object.entries(operations)
    .filter(([name]) => name in handlers)
    .map(([, operation]) => `${operation.target} ${operation.subresource}`),
)

/** Parameters that identify an operation only in combination: `partNumber`, `uploadId`. */
const REQUIRED_PARAMS = new Set(
  Object.values(operations).flatMap((operation: AnyOperation) => operation.needs ?? []),
)

/**
 * Refuses a request that has no operation, or a sub-resource that its operation does not have.
 * @throws CosServiceError `MethodNotAllowed`, `NotImplemented`, `InvalidArgument`
 */
export function requireServed(
  match: OperationMatch | undefined,
  request: CosRequest,
): OperationMatch {
  const { 'ci-process': _, ...others } = request.query
  const isServed = match?.name === 'getObject' && isSnapshot(request)
  const unserved = unmatchedSubresource(match?.operation, isServed ? others : request.query)
  if (unserved && REQUIRED_PARAMS.has(unserved)) {
    throw invalidArgument(`The parameter ${unserved} requires other parameters.`)
  }
  if (unserved && SERVED_SUBRESOURCES.has(`${request.target} ${unserved}`)) {
    throw new CosServiceError('MethodNotAllowed')
  }
  if (unserved) {
    const { [unserved]: value } = request.query
    const named = value ? `${unserved}=${value}` : unserved
    throw notImplemented(`${request.method} ${request.target} ?${named}`)
  }
  if (!match) throw new CosServiceError('MethodNotAllowed')
  return match
}

import type { AnyOperation } from './define'
import { type OperationName, operations } from './index'

/** The parts of a request that identify its operation. */
export interface RequestShape {
  method: string
  target: 'service' | 'bucket' | 'object'
  query: Record<string, string>
  /** Whether it has an `x-cos-copy-source` header. @default false */
  copies?: boolean
  /** Whether its body is multipart/form-data. @default false */
  form?: boolean
}

export interface OperationMatch {
  name: OperationName
  operation: AnyOperation
}

// Object.entries widens the property names to string.
const entries = Object.entries(operations) as [OperationName, AnyOperation][]

/** How many query parameters of the request an operation requires; -1 if it does not match. */
function specificity(operation: AnyOperation, shape: RequestShape): number {
  if (operation.method !== shape.method || operation.target !== shape.target) return -1
  if (Boolean(operation.copies) !== Boolean(shape.copies) && shape.method === 'PUT') return -1
  if (Boolean(operation.form) !== Boolean(shape.form) && shape.method === 'POST') return -1
  const required = (operation.needs || []).concat(operation.subresource || [])
  return required.every((name) => name in shape.query) ? required.length : -1
}

/**
 * Finds the operation of a request. If several match, the one with the most required query parameters is chosen:
 * `PUT /k?partNumber&uploadId` is multipartUpload, not putObject.
 */
export function matchOperation(shape: RequestShape): OperationMatch | undefined {
  let best: OperationMatch | undefined
  let highest = -1
  for (const [name, operation] of entries) {
    const score = specificity(operation, shape)
    if (score > highest) {
      best = { name, operation }
      highest = score
    }
  }
  return best
}

/**
 * Sub-resources that COS reserves (document 436/14518). A request with one that its operation does not have is another
 * operation that is missing in the table, and must not be treated as the matched one.
 */
export const RESERVED_SUBRESOURCES = new Set([
  'accelerate',
  'acl',
  'append',
  'callback',
  'cors',
  'delete',
  'domain',
  'domaincertificate',
  'encryption',
  'image_process',
  'intelligenttiering',
  'inventory',
  'lifecycle',
  'live',
  'location',
  'logging',
  'notification',
  'object-lock',
  'origin',
  'partNumber',
  'policy',
  'referer',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'strict-signature',
  'symlink',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
])

/** Finds a reserved sub-resource in the query that the matched operation does not have. */
export function unmatchedSubresource(
  operation: AnyOperation | undefined,
  query: Record<string, string>,
): string | undefined {
  const served = new Set([...(operation?.needs ?? []), operation?.subresource])
  return Object.keys(query).find(
    (name) =>
      (RESERVED_SUBRESOURCES.has(name) && !served.has(name)) || name.startsWith('ci-process'),
  )
}

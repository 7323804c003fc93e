import { operations } from './index'
import type { AnyOperation } from './operation'
import type { OperationName } from './operations'

export interface RequestShape {
  method: string
  target: 'service' | 'bucket' | 'object'
  query: Record<string, string>
  /** Whether it carries an `x-cos-copy-source` header. */
  copies: boolean
  /** Whether its body is multipart/form-data. */
  form: boolean
}

const rows = Object.entries(operations) as [OperationName, AnyOperation][]

/** How closely a row describes a request: -1 for not at all. */
function closeness(row: AnyOperation, shape: RequestShape): number {
  if (row.method !== shape.method || row.target !== shape.target) return -1
  if (Boolean(row.copies) !== shape.copies && shape.method === 'PUT') return -1
  if (Boolean(row.form) !== shape.form && shape.method === 'POST') return -1
  const needed = (row.needs || []).concat(row.subresource || [])
  return needed.every((name) => name in shape.query) ? needed.length : -1
}

/**
 * Which operation a request is. Where several rows fit, the one that names more of the query wins:
 * `PUT /k?partNumber&uploadId` is multipartUpload, not putObject.
 */
export function recogniseOperation(
  shape: RequestShape,
): { name: OperationName; row: AnyOperation } | undefined {
  let best: { name: OperationName; row: AnyOperation } | undefined
  let score = -1
  for (const [name, row] of rows) {
    const own = closeness(row, shape)
    if (own > score) {
      best = { name, row }
      score = own
    }
  }
  return best
}

/**
 * Sub-resources that COS reserves (document 436/14518). A request that names one which no row of the
 * table serves is an operation of its own and must not pass for a plain one.
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

/** The reserved sub-resource of a query that the recognised row does not serve, if there is one. */
export function unservedSubresource(
  row: AnyOperation | undefined,
  query: Record<string, string>,
): string | undefined {
  const served = new Set([...(row?.needs ?? []), row?.subresource])
  return Object.keys(query).find(
    (name) =>
      (RESERVED_SUBRESOURCES.has(name) && !served.has(name)) || name.startsWith('ci-process'),
  )
}

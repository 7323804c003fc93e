import { type AnyOperation, type OperationName, operations } from '@miniprogram-cos/protocol'
import { type Attack, OWN, THEIRS } from './attack'

/** What an owner may do in their own folder; every other operation is an attack. */
const GRANTED: OperationName[] = [
  'getBucket',
  'putObject',
  'postObject',
  'getObject',
  'headObject',
  'deleteObject',
  // COS checks each of its keys: see the end-to-end tests.
  'deleteMultipleObject',
  'putObjectCopy',
  // A CORS preflight needs no permission.
  'optionsObject',
  'multipartInit',
  'multipartUpload',
  'uploadPartCopy',
  'multipartComplete',
  'multipartList',
  'multipartListPart',
  'multipartAbort',
]

const rows = Object.entries(operations) as [OperationName, AnyOperation][]

/** Every operation that no rule can allow, on the attacker's own objects. */
const fromTable = rows
  .filter(([name, { target }]) => !GRANTED.includes(name) && target !== 'service')
  .map(([name, row]): Attack => {
    const key = row.target === 'object' ? `${OWN}mine.txt` : ''
    const query: Record<string, string> = row.subresource ? { [row.subresource]: '' } : {}
    for (const need of row.needs ?? []) query[need] = '1'
    const scope = row.access.map(({ action }) => ({
      action: `name/cos:${action}`,
      prefix: key || OWN,
    }))
    return { name, method: row.method, key, query, scope }
  })

/** Operations on the attacked user's objects that are steps of a write or a read. */
const onVictim = (
  [
    ['POST', { uploads: '' }, 'InitiateMultipartUpload'],
    ['PUT', { partNumber: '1', uploadId: 'u' }, 'UploadPart'],
    ['GET', { uploadId: 'u' }, 'ListParts'],
    ['POST', { uploadId: 'u' }, 'CompleteMultipartUpload'],
    ['DELETE', { uploadId: 'u' }, 'AbortMultipartUpload'],
    ['GET', { versionId: 'v' }, 'GetObject'],
    ['DELETE', { versionId: 'v' }, 'DeleteObject'],
    ['GET', { acl: '' }, 'GetObjectACL'],
    ['PUT', { acl: '' }, 'PutObjectACL'],
    ['GET', { tagging: '' }, 'GetObjectTagging'],
    ['POST', { append: '', position: '0' }, 'AppendObject'],
    ['POST', { restore: '' }, 'RestoreObject'],
  ] as [string, Record<string, string>, string][]
).map(
  ([method, query, action]): Attack => ({
    name: `${method} the diary ?${Object.keys(query).join('&')}`,
    method,
    key: `${THEIRS}diary.txt`,
    query,
    scope: [{ action: `name/cos:${action}`, prefix: `${THEIRS}diary.txt` }],
  }),
)

/** Sub-resources without an operation, on the attacker's own object or on the bucket. */
const unknown = (
  [
    ['PUT', 'retention', 'PutObjectRetention'],
    ['GET', 'retention', 'GetObjectRetention'],
    ['GET', 'torrent', 'GetObjectTorrent'],
    ['PUT', 'symlink', 'PutSymlink'],
    ['POST', 'select', 'SelectObjectContent'],
    ['PUT', 'policy', 'PutObjectPolicy'],
    ['GET', 'cors', 'GetObjectCORS'],
    ['POST', 'image_process', 'ImageProcess'],
    ['GET', 'ci-process', 'CIProcess'],
    ['PUT', 'callback', 'PutObjectCallback'],
    ['PUT', 'live', 'PutLiveChannel'],
    ['PUT', 'object-lock', 'PutObjectLock'],
  ] as const
).map(
  ([method, subresource, action]): Attack => ({
    name: `${method} an own object ?${subresource}`,
    method,
    key: `${OWN}mine.txt`,
    query: { [subresource]: '' },
    scope: [{ action: `name/cos:${action}`, prefix: `${OWN}mine.txt` }],
  }),
)

const onBucket = ['object-lock', 'notification', 'requestPayment', 'domaincertificate', 'live'].map(
  (subresource): Attack => ({
    name: `PUT the bucket ?${subresource}`,
    method: 'PUT',
    query: { [subresource]: '' },
    scope: [{ action: `name/cos:PutBucket${subresource.replace(/\W/g, '')}`, prefix: OWN }],
  }),
)

export const operationAttacks: Attack[] = [...fromTable, ...onVictim, ...unknown, ...onBucket]

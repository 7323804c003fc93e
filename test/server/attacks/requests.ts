import { type AnyOperation, type OperationName, operations } from '@miniprogram-cos/protocol'
import { HOST } from '../../support/testCloud'
import {
  ATTACKER,
  type Attack,
  OWN,
  scopeEvent,
  signatureEvent,
  THEIRS,
  VICTIM,
  visible,
} from './attack'
import { MALFORMED_EVENTS, type RefusedEvent } from './events'
import { keyAttacks } from './keys'

const diary = `${THEIRS}diary.txt`

/** Copy sources that the attacker may not read, in every spelling that a server might accept. */
const SOURCES: [source: string, key: string][] = [
  [`${HOST}/${diary}`, diary],
  [`${HOST}/${encodeURIComponent(diary)}`, diary],
  [`${HOST}/${diary}?versionId=1`, diary],
  [`https://${HOST}/${diary}`, diary],
  [`http://${HOST}/${diary}`, diary],
  [`//${HOST}/${diary}`, diary],
  [`${HOST}//${diary}`, diary],
  [`${HOST.toUpperCase()}/${diary}`, diary],
  [`${HOST}:443/${diary}`, diary],
  [`/media-1250000000/${diary}`, diary],
  [`media-1250000000/${diary}`, diary],
  [diary, diary],
  [`media-1250000000.cos.accelerate.myqcloud.com/${diary}`, diary],
  [`other-1250000000.cos.ap-guangzhou.myqcloud.com/${OWN}x`, `other/${OWN}x`],
  [`media-1250000000.cos.ap-beijing.myqcloud.com/${diary}`, diary],
  [`media-1250000000.evil.example/${diary}`, diary],
  [`${HOST}@evil.example/${diary}`, diary],
  [`${HOST}/${OWN}../${VICTIM}/diary.txt`, `${OWN}../${VICTIM}/diary.txt`],
  [`${HOST}/${OWN}%2e%2e/${VICTIM}/diary.txt`, `${OWN}../${VICTIM}/diary.txt`],
  [`${HOST}/${diary.replace('/', '%252F')}`, diary.replace('/', '%2F')],
  [`${HOST}/config/secret.json`, 'config/secret.json'],
  [`${HOST}/private/*`, 'private/*'],
  [`${HOST}/`, 'private/'],
]

const copyScope = (key: string, source: string) => [
  { action: 'name/cos:PutObject', prefix: key },
  { action: 'name/cos:GetObject', prefix: source },
]

const copyAttacks: Attack[] = [
  ...SOURCES.map(
    ([source, from]): Attack => ({
      name: `copy from ${visible(source)}`,
      method: 'PUT',
      key: `${OWN}stolen`,
      headers: { 'x-cos-copy-source': source },
      scope: copyScope(`${OWN}stolen`, from),
    }),
  ),
  {
    name: 'copy a part from the diary',
    method: 'PUT',
    key: `${OWN}stolen`,
    query: { partNumber: '1', uploadId: 'u' },
    headers: { 'x-cos-copy-source': `${HOST}/${diary}` },
    scope: copyScope(`${OWN}stolen`, diary),
  },
  {
    name: 'copy own content over the diary',
    method: 'PUT',
    key: diary,
    headers: { 'x-cos-copy-source': `${HOST}/${OWN}mine.txt` },
    scope: copyScope(diary, `${OWN}mine.txt`),
  },
  {
    name: 'copy the diary over itself, with other headers',
    method: 'PUT',
    key: diary,
    headers: {
      'x-cos-copy-source': `${HOST}/${diary}`,
      'x-cos-metadata-directive': 'Replaced',
    },
    scope: copyScope(diary, diary),
  },
]

/** Prefixes that would list more than the attacker's own folder. */
const PREFIXES = [
  '',
  'p',
  'private',
  'private/',
  'private/o',
  `private/${ATTACKER}`,
  `private/${ATTACKER.slice(0, -1)}`,
  THEIRS,
  `private/${VICTIM}`,
  `${THEIRS}album/`,
  'shared',
  'shared/',
  `shared/${VICTIM}/`,
  'config/',
  '/',
  'private/*',
  '*',
  `private/${VICTIM}*`,
  'private/{openid}/',
  '__proto__',
  `private%2F${VICTIM}%2F`,
  `private//${VICTIM}/`,
  `private/${VICTIM}\u200b/`,
]

const scopeOf = (action: string, prefix: string) => [{ action: `name/cos:${action}`, prefix }]

const listAttacks: Attack[] = [
  ...PREFIXES.map((prefix) => ({
    name: `list ${visible(prefix)}`,
    query: { prefix },
    scope: scopeOf('GetBucket', prefix),
  })),
  { name: 'list the bucket, no prefix at all', query: {}, scope: scopeOf('GetBucket', '') },
  {
    name: 'list folders by delimiter',
    query: { prefix: 'private/', delimiter: '/' },
    scope: scopeOf('GetBucket', 'private/'),
  },
  {
    name: 'list from a marker in the victim’s folder, without a prefix',
    query: { marker: THEIRS },
    scope: scopeOf('GetBucket', ''),
  },
  {
    name: 'list own folder with dot segments',
    query: { prefix: `${OWN}../${VICTIM}/` },
    scope: scopeOf('GetBucket', `${OWN}../${VICTIM}/`),
    isLiteral: true,
  },
  {
    name: 'list uploads of the bucket',
    query: { uploads: '' },
    scope: scopeOf('ListMultipartUploads', ''),
  },
  {
    name: 'list uploads of the victim',
    query: { uploads: '', prefix: THEIRS },
    scope: scopeOf('ListMultipartUploads', THEIRS),
  },
  {
    name: 'list versions of the own folder',
    query: { versions: '', prefix: OWN },
    scope: scopeOf('GetBucketObjectVersions', OWN),
  },
  {
    name: 'list versions of the bucket',
    query: { versions: '' },
    scope: scopeOf('GetBucketObjectVersions', ''),
  },
]

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

const operationAttacks: Attack[] = [...fromTable, ...onVictim, ...unknown, ...onBucket]

/** Requests to COS that exceed the attacker's grants, by what they try. */
export const REQUEST_ATTACKS = {
  keys: keyAttacks,
  lists: listAttacks,
  operations: operationAttacks,
  copies: copyAttacks,
}

/** Every event of the attacker that a function must refuse. */
export const REFUSED_EVENTS: RefusedEvent[] = [
  ...Object.values(REQUEST_ATTACKS)
    .flat()
    .filter(({ as = ATTACKER }) => as === ATTACKER)
    .flatMap((attack): RefusedEvent[] => [
      {
        fn: 'cos-credentials',
        name: attack.name,
        event: scopeEvent(attack),
        codes: ['KitScopeRefused'],
      },
      {
        fn: 'cos-signature',
        name: attack.name,
        event: signatureEvent(attack),
        codes: ['KitRequestRefused'],
      },
    ]),
  ...MALFORMED_EVENTS,
]

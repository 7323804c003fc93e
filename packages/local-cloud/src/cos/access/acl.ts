import { asList, writeXml, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import type { Acl, AclGrant } from '../store/records'

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const AUTHENTICATED_USERS = 'http://cam.qcloud.com/groups/global/AuthenticatedUsers'
const GROUPS = new Set([ALL_USERS, AUTHENTICATED_USERS])

/** An ACL may name so many grantees (document 436/7748). */
const MAX_GRANTS = 100

/** Canned ACLs (document 436/30752). */
const BUCKET_CANNED = new Set(['private', 'public-read', 'public-read-write', 'authenticated-read'])
const OBJECT_CANNED = new Set([
  'default',
  'private',
  'public-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
])

const DEFAULT_CANNED = { bucket: 'private', object: 'default' }

const GRANT_HEADERS: [header: string, permission: AclGrant['permission']][] = [
  ['x-cos-grant-read', 'READ'],
  ['x-cos-grant-write', 'WRITE'],
  ['x-cos-grant-read-acp', 'READ_ACP'],
  ['x-cos-grant-write-acp', 'WRITE_ACP'],
  ['x-cos-grant-full-control', 'FULL_CONTROL'],
]

/** The ACL that request headers ask for, or undefined when they say nothing. @throws Fault */
export function aclOfHeaders(
  headers: CosRequest['headers'],
  target: 'bucket' | 'object',
): Acl | undefined {
  const empty = headers['x-cos-acl'] === '' ? DEFAULT_CANNED[target] : undefined
  const canned = headers['x-cos-acl'] || empty
  const allowed = target === 'bucket' ? BUCKET_CANNED : OBJECT_CANNED
  if (canned !== undefined && !allowed.has(canned)) {
    throw new Fault('InvalidArgument', `The ACL "${canned}" is not valid for this ${target}.`)
  }
  const grants = GRANT_HEADERS.flatMap(([header, permission]) =>
    readGrantees(headers[header] ?? '').map((grantee) => ({ grantee, permission })),
  )
  if (canned === undefined && grants.length === 0) return undefined
  return { canned: canned ?? DEFAULT_CANNED[target], grants }
}

/** `id="100000000001",id="qcs::cam::uin/1:uin/2"`, ids in the long form. */
function readGrantees(text: string): AclGrant['grantee'][] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const refuse = () => new Fault('InvalidArgument', `The grantee ${one} is not valid.`)
      const match = /^(id|uin|uri)="([^"]+)"$/.exec(one)
      if (!match) throw refuse()
      const [, kind, value = ''] = match
      return granteeOf(kind === 'uri' ? 'uri' : 'id', value, refuse)
    })
}

/** Ids in the long form; `1` is an account, `1/2` the sub-account 2 of it. */
function granteeOf(kind: 'id' | 'uri', value: string, refuse: () => Fault): AclGrant['grantee'] {
  if (kind === 'uri') {
    if (!GROUPS.has(value)) throw refuse()
    return { uri: value }
  }
  const [, account, user = account] = /^(\d+)(?:\/(\d+))?$/.exec(value) ?? []
  if (account) return { id: `qcs::cam::uin/${account}:uin/${user}` }
  if (!/^qcs::cam::(uin\/\d+:uin\/\d+|anyone:anyone|anonymous:anonymous)$/.test(value))
    throw refuse()
  return { id: value }
}

/** The ACL of an `AccessControlPolicy` document. @throws Fault `MalformedXML` */
export function aclOfDocument(document: Record<string, unknown>, target: 'bucket' | 'object'): Acl {
  const malformed = () => new Fault('MalformedXML')
  const owner = document.Owner as XmlElement | '' | undefined
  const list = document.AccessControlList as XmlElement | '' | undefined
  if (!(owner || undefined)?.ID || list === undefined) throw malformed()
  const listed = asList<Record<string, XmlElement | string>>(list === '' ? undefined : list.Grant)
  if (listed.length > MAX_GRANTS) throw malformed()
  const grants = listed.map((grant) => {
    const { URI, ID } = (grant.Grantee ?? {}) as Record<string, string>
    const permission = grant.Permission as AclGrant['permission']
    const isKnown = GRANT_HEADERS.some(([, known]) => known === permission)
    if (!isKnown || Boolean(URI) === Boolean(ID)) throw malformed()
    return { grantee: granteeOf(URI ? 'uri' : 'id', URI || (ID as string), malformed), permission }
  })
  return { canned: DEFAULT_CANNED[target], grants }
}

/** The grants of an ACL with those that its canned name stands for. */
function allGrants({ canned, grants }: Acl): AclGrant[] {
  const everyone = (permission: AclGrant['permission'], uri = ALL_USERS) => ({
    grantee: { uri },
    permission,
  })
  if (canned === 'public-read') return [everyone('READ'), ...grants]
  if (canned === 'public-read-write') return [everyone('READ'), everyone('WRITE'), ...grants]
  if (canned === 'authenticated-read') return [everyone('READ', AUTHENTICATED_USERS), ...grants]
  return grants
}

const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

/** The document of an ACL, as COS shows it: the given grants, no owner added. */
export function aclDocument(acl: Acl | undefined, ownerUin: string): string {
  const ownerId = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
  const own = acl && allGrants(acl).length > 0 ? allGrants(acl) : undefined
  const shown = own ?? [{ grantee: { id: ownerId }, permission: 'FULL_CONTROL' as const }]
  const owner = writeXml({ Owner: { ID: ownerId, DisplayName: ownerId } })
  const grants = shown.map(({ grantee, permission }) => {
    const [type, inner] =
      'uri' in grantee
        ? ['Group', { URI: grantee.uri }]
        : ['CanonicalUser', { ID: grantee.id, DisplayName: grantee.id }]
    const who = `<Grantee ${XSI} xsi:type="${type}">${writeXml(inner as object)}</Grantee>`
    return `<Grant>${who}${writeXml({ Permission: permission })}</Grant>`
  })
  const list = `<AccessControlList>${grants.join('')}</AccessControlList>`
  return `<AccessControlPolicy>${owner}${list}</AccessControlPolicy>`
}

const READ_OBJECT = ['GetObject', 'HeadObject', 'GetObjectTagging']
const LIST_BUCKET = ['GetBucket', 'HeadBucket', 'ListMultipartUploads', 'GetBucketObjectVersions']
const WRITE_BUCKET = [
  'PutObject',
  'PostObject',
  'AppendObject',
  'DeleteObject',
  'InitiateMultipartUpload',
  'UploadPart',
  'ListParts',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
]

/** What a permission allows on a bucket, its objects included, and on a single object. */
const BUCKET_ACTIONS: Record<AclGrant['permission'], string[]> = {
  READ: [...LIST_BUCKET, ...READ_OBJECT],
  WRITE: WRITE_BUCKET,
  READ_ACP: ['GetBucketACL'],
  WRITE_ACP: ['PutBucketACL'],
  FULL_CONTROL: [...LIST_BUCKET, ...READ_OBJECT, ...WRITE_BUCKET, 'GetBucketACL', 'PutBucketACL'],
}
const OBJECT_ACTIONS: Record<AclGrant['permission'], string[]> = {
  READ: READ_OBJECT,
  WRITE: [],
  READ_ACP: ['GetObjectACL'],
  WRITE_ACP: ['PutObjectACL'],
  FULL_CONTROL: [...READ_OBJECT, 'GetObjectACL', 'PutObjectACL'],
}

/** Whether ACLs allow an action to everyone, or to anyone who is signed in. */
export function aclAllows(
  action: string,
  bucketAcl: Acl | undefined,
  objectAcl: Acl | undefined,
  isSignedIn: boolean,
): boolean {
  const groups = isSignedIn ? GROUPS : new Set([ALL_USERS])
  const allows = (acl: Acl | undefined, actions: Record<AclGrant['permission'], string[]>) =>
    acl !== undefined &&
    allGrants(acl).some(
      ({ grantee, permission }) =>
        'uri' in grantee && groups.has(grantee.uri) && actions[permission].includes(action),
    )
  if (allows(objectAcl, OBJECT_ACTIONS)) return true
  // An object with an ACL of its own does not follow its bucket.
  const followsBucket =
    objectAcl === undefined || (objectAcl.canned === 'default' && objectAcl.grants.length === 0)
  return (followsBucket || !READ_OBJECT.includes(action)) && allows(bucketAcl, BUCKET_ACTIONS)
}

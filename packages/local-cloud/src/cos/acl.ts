import { writeXml, type XmlElement } from '@miniprogram-cos/protocol'
import { type CosServiceError, invalidArgument } from './errors'
import type { CosRequest } from './request'
import type { Acl, AclGrant } from './store/records'
import {
  element,
  elements,
  malformed,
  requiredElement,
  requiredText,
  requireOneOf,
  text,
} from './xmlElements'

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const AUTHENTICATED_USERS = 'http://cam.qcloud.com/groups/global/AuthenticatedUsers'
const GROUPS = new Set([ALL_USERS, AUTHENTICATED_USERS])

/** Maximum number of grants in an ACL (document 436/7748). */
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

const PERMISSIONS = GRANT_HEADERS.map(([, permission]) => permission)

/** The ACL in the request headers; undefined if there is none. @throws CosServiceError */
export function readAclHeaders(
  headers: CosRequest['headers'],
  target: 'bucket' | 'object',
): Acl | undefined {
  const empty = headers['x-cos-acl'] === '' ? DEFAULT_CANNED[target] : undefined
  const canned = headers['x-cos-acl'] || empty
  const allowed = target === 'bucket' ? BUCKET_CANNED : OBJECT_CANNED
  if (canned !== undefined && !allowed.has(canned)) {
    throw invalidArgument(`The ACL "${canned}" is not valid for this ${target}.`)
  }
  const grants = GRANT_HEADERS.flatMap(([header, permission]) =>
    readGrantees(headers[header] ?? '').map((grantee) => ({ grantee, permission })),
  )
  if (canned === undefined && grants.length === 0) return undefined
  return { canned: canned ?? DEFAULT_CANNED[target], grants }
}

/** Reads `id="100000000001",id="qcs::cam::uin/1:uin/2"`. */
function readGrantees(text: string): AclGrant['grantee'][] {
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map((entry) => {
      const refuse = () => invalidArgument(`The grantee ${entry} is not valid.`)
      const match = /^(id|uin|uri)="([^"]+)"$/.exec(entry)
      if (!match) throw refuse()
      const [, kind, value = ''] = match
      return parseGrantee(kind === 'uri' ? 'uri' : 'id', value, refuse)
    })
}

/** A grantee with its full id. The short form `1` is an account, `1/2` its sub-account 2. */
function parseGrantee(
  kind: 'id' | 'uri',
  value: string,
  refuse: () => CosServiceError,
): AclGrant['grantee'] {
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

/** The ACL of an `AccessControlPolicy` document. @throws CosServiceError `MalformedXML` */
export function readAclDocument(document: XmlElement, target: 'bucket' | 'object'): Acl {
  requiredText(requiredElement(document, 'Owner'), 'ID')
  if (document.AccessControlList === undefined) throw malformed('AccessControlList is missing')
  const list = element(document, 'AccessControlList') ?? {}
  const grants = elements(list, 'Grant', { max: MAX_GRANTS }).map((grant) => {
    const permission = requireOneOf(grant, 'Permission', PERMISSIONS)
    const grantee = element(grant, 'Grantee') ?? {}
    const [uri, id] = [text(grantee, 'URI'), text(grantee, 'ID')]
    if (Boolean(uri) === Boolean(id)) throw malformed('a grantee has either URI or ID')
    return { grantee: parseGrantee(uri ? 'uri' : 'id', uri || id || '', malformed), permission }
  })
  return { canned: DEFAULT_CANNED[target], grants }
}

/** The grants of an ACL, with those of its canned ACL. */
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

/** The document of an ACL. As in COS's responses, the owner is listed only if there is no other grant. */
export function aclDocument(acl: Acl | undefined, ownerUin: string): string {
  const ownerId = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
  const aclGrants = acl && allGrants(acl).length > 0 ? allGrants(acl) : undefined
  const listed = aclGrants ?? [{ grantee: { id: ownerId }, permission: 'FULL_CONTROL' as const }]
  const owner = writeXml({ Owner: { ID: ownerId, DisplayName: ownerId } })
  const grants = listed.map(({ grantee, permission }) => {
    const isGroup = 'uri' in grantee
    const type = isGroup ? 'Group' : 'CanonicalUser'
    const content = isGroup ? { URI: grantee.uri } : { ID: grantee.id, DisplayName: grantee.id }
    const xml = `<Grantee ${XSI} xsi:type="${type}">${writeXml(content)}</Grantee>`
    return `<Grant>${xml}${writeXml({ Permission: permission })}</Grant>`
  })
  const list = `<AccessControlList>${grants.join('')}</AccessControlList>`
  return `<AccessControlPolicy>${owner}${list}</AccessControlPolicy>`
}

const READ_OBJECT = ['GetObject', 'HeadObject', 'GetObjectTagging', 'ci:GenerateSnapshot']
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

/** The actions that a permission in the ACL of a bucket allows, including those on its objects. */
const BUCKET_ACTIONS: Record<AclGrant['permission'], string[]> = {
  READ: [...LIST_BUCKET, ...READ_OBJECT],
  WRITE: WRITE_BUCKET,
  READ_ACP: ['GetBucketACL'],
  WRITE_ACP: ['PutBucketACL'],
  FULL_CONTROL: [...LIST_BUCKET, ...READ_OBJECT, ...WRITE_BUCKET, 'GetBucketACL', 'PutBucketACL'],
}
/** The actions that a permission in the ACL of an object allows. */
const OBJECT_ACTIONS: Record<AclGrant['permission'], string[]> = {
  READ: READ_OBJECT,
  WRITE: [],
  READ_ACP: ['GetObjectACL'],
  WRITE_ACP: ['PutObjectACL'],
  FULL_CONTROL: [...READ_OBJECT, 'GetObjectACL', 'PutObjectACL'],
}

/** Whether ACLs allow an action to everyone, or to every authenticated user. */
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
  // The ACL of an object overrides its bucket's.
  const followsBucket =
    objectAcl === undefined || (objectAcl.canned === 'default' && objectAcl.grants.length === 0)
  return (followsBucket || !READ_OBJECT.includes(action)) && allows(bucketAcl, BUCKET_ACTIONS)
}

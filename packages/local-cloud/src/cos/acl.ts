import { asList, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from './fault'
import type { CosRequest } from './request'
import type { Acl, AclGrant } from './store/records'

export const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

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
  const canned = headers['x-cos-acl'] || undefined
  const allowed = target === 'bucket' ? BUCKET_CANNED : OBJECT_CANNED
  if (canned !== undefined && !allowed.has(canned)) {
    throw new Fault('InvalidArgument', `The ACL "${canned}" is not valid for this ${target}.`)
  }
  const grants = GRANT_HEADERS.flatMap(([header, permission]) =>
    readGrantees(headers[header] ?? '').map((grantee) => ({ grantee, permission })),
  )
  if (canned === undefined && grants.length === 0) return undefined
  return { canned: canned ?? (target === 'bucket' ? 'private' : 'default'), grants }
}

/** `id="100000000001",id="qcs::cam::uin/1:uin/2"`, ids in the long form. */
function readGrantees(text: string): AclGrant['grantee'][] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const match = /^(id|uin|uri)="([^"]+)"$/.exec(one)
      if (!match) throw new Fault('InvalidArgument', `The grantee ${one} is not valid.`)
      const [, kind, value = ''] = match
      return kind === 'uri' ? { uri: value } : { id: longId(value) }
    })
}

function longId(id: string): string {
  return /^\d+$/.test(id) ? `qcs::cam::uin/${id}:uin/${id}` : id
}

/** The ACL of an `AccessControlPolicy` document. @throws Fault `MalformedXML` */
export function aclOfDocument(document: Record<string, unknown>, target: 'bucket' | 'object'): Acl {
  const list = document.AccessControlList as XmlElement | undefined
  const grants = asList<Record<string, XmlElement | string>>(list?.Grant).map((grant) => {
    const grantee = grant.Grantee as Record<string, string> | undefined
    const permission = grant.Permission as AclGrant['permission']
    if (!GRANT_HEADERS.some(([, known]) => known === permission)) throw new Fault('MalformedXML')
    if (grantee?.URI) return { grantee: { uri: grantee.URI }, permission }
    if (grantee?.ID) return { grantee: { id: longId(grantee.ID) }, permission }
    throw new Fault('MalformedXML')
  })
  return { canned: target === 'bucket' ? 'private' : 'default', grants }
}

/** The grants of an ACL with those that its canned name stands for. */
export function allGrants({ canned, grants }: Acl): AclGrant[] {
  const everyone = (permission: AclGrant['permission']) => ({
    grantee: { uri: ALL_USERS },
    permission,
  })
  if (canned === 'public-read') return [everyone('READ'), ...grants]
  if (canned === 'public-read-write') return [everyone('READ'), everyone('WRITE'), ...grants]
  return grants
}

/** The document of an ACL, as COS shows it: the given grants, no owner added. */
export function aclDocument(acl: Acl | undefined, ownerUin: string): object {
  const ownerId = `qcs::cam::uin/${ownerUin}:uin/${ownerUin}`
  const own = acl && allGrants(acl).length > 0 ? allGrants(acl) : undefined
  const shown = own ?? [{ grantee: { id: ownerId }, permission: 'FULL_CONTROL' as const }]
  return {
    AccessControlPolicy: {
      Owner: { ID: ownerId, DisplayName: ownerId },
      AccessControlList: {
        Grant: shown.map(({ grantee, permission }) => ({
          Grantee:
            'uri' in grantee ? { URI: grantee.uri } : { ID: grantee.id, DisplayName: grantee.id },
          Permission: permission,
        })),
      },
    },
  }
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
  const allows = (acl: Acl | undefined, actions: Record<AclGrant['permission'], string[]>) => {
    if (!acl) return false
    if (acl.canned === 'authenticated-read' && isSignedIn && actions.READ.includes(action))
      return true
    return allGrants(acl).some(
      ({ grantee, permission }) =>
        'uri' in grantee && grantee.uri === ALL_USERS && actions[permission].includes(action),
    )
  }
  if (allows(objectAcl, OBJECT_ACTIONS)) return true
  // An object with an ACL of its own does not follow its bucket.
  const followsBucket =
    objectAcl === undefined || (objectAcl.canned === 'default' && objectAcl.grants.length === 0)
  return (followsBucket || !READ_OBJECT.includes(action)) && allows(bucketAcl, BUCKET_ACTIONS)
}

import { asList, type XmlElement } from '../xml/readXml'
import { writeXml } from '../xml/writeXml'
import {
  type BucketParams,
  type ObjectParams,
  operation,
  type Reply,
  type RequestParts,
  type ResultMeta,
} from './operation'

export interface Grant {
  Grantee: { ID?: string; URI?: string; DisplayName?: string }
  Permission: 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'
}

export interface AclParams {
  /** `private`, `public-read`, `public-read-write`; objects also `default` (document 436/30752). */
  ACL?: string
  /** `id="100000000001",id="100000000002"` */
  GrantRead?: string
  GrantWrite?: string
  GrantReadAcp?: string
  GrantWriteAcp?: string
  GrantFullControl?: string
  AccessControlPolicy?: { Owner: { ID: string }; Grants?: Grant | Grant[]; Grant?: Grant | Grant[] }
}

export interface PutBucketAclParams extends BucketParams, AclParams {}
export interface PutObjectAclParams extends ObjectParams, AclParams {}

export interface GetAclResult extends ResultMeta {
  /** `private`, `public-read` …, from the header or the grants. */
  ACL: string
  Owner: { ID?: string; DisplayName?: string }
  Grants: Grant[]
  /** `id="…"`, joined with commas. */
  GrantRead: string
  GrantWrite: string
  GrantReadAcp: string
  GrantWriteAcp: string
  GrantFullControl: string
}

export interface GetObjectAclParams extends ObjectParams {
  VersionId?: string
}

const GRANT_HEADERS: [param: keyof AclParams, header: string][] = [
  ['GrantRead', 'x-cos-grant-read'],
  ['GrantWrite', 'x-cos-grant-write'],
  ['GrantReadAcp', 'x-cos-grant-read-acp'],
  ['GrantWriteAcp', 'x-cos-grant-write-acp'],
  ['GrantFullControl', 'x-cos-grant-full-control'],
]

/** Each grantee once. */
function unique(grants: string): string {
  return grants
    .split(',')
    .map((one) => one.trim())
    .filter((one, i, all) => all.indexOf(one) === i)
    .join(',')
}

function aclRequest(params: AclParams): RequestParts {
  const headers: Record<string, string> = {}
  for (const [param, header] of GRANT_HEADERS) {
    const value = params[param]
    if (typeof value === 'string' && value !== '') headers[header] = unique(value)
  }
  const policy = params.AccessControlPolicy
  if (!policy) return { headers, body: '' }
  const { Grants, Grant, ...rest } = policy
  const AccessControlList = { Grant: Grants ?? Grant }
  return { headers, body: writeXml({ AccessControlPolicy: { ...rest, AccessControlList } }) }
}

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'
const PERMISSION_FIELDS = {
  READ: 'GrantRead',
  WRITE: 'GrantWrite',
  READ_ACP: 'GrantReadAcp',
  WRITE_ACP: 'GrantWriteAcp',
  FULL_CONTROL: 'GrantFullControl',
} as const

function readAcl(reply: Reply): Omit<GetAclResult, keyof ResultMeta> {
  const body = reply.xml('AccessControlPolicy')
  const Owner = (body.Owner || {}) as GetAclResult['Owner']
  const Grants = asList<Grant>((body.AccessControlList as XmlElement | undefined)?.Grant)
  const ids: Record<string, string[]> = {}
  const everyone = new Set<string>()
  for (const { Grantee, Permission } of Grants) {
    const field = PERMISSION_FIELDS[Permission]
    if (!field) continue
    if (Grantee?.URI === ALL_USERS) everyone.add(Permission)
    else if (Grantee?.ID && Grantee.ID !== Owner.ID) {
      ids[field] = [...(ids[field] ?? []), `id="${Grantee.ID}"`]
    }
  }
  const isWritable = everyone.has('FULL_CONTROL') || everyone.has('WRITE')
  const derived = isWritable
    ? 'public-read-write'
    : everyone.has('READ')
      ? 'public-read'
      : 'private'
  const listed = (field: string) => (ids[field] ?? []).join(',')
  return {
    GrantFullControl: listed('GrantFullControl'),
    GrantWrite: listed('GrantWrite'),
    GrantRead: listed('GrantRead'),
    GrantReadAcp: listed('GrantReadAcp'),
    GrantWriteAcp: listed('GrantWriteAcp'),
    ACL: reply.headers['x-cos-acl'] ?? derived,
    Owner,
    Grants,
  }
}

export const putBucketAcl = operation<PutBucketAclParams>({
  method: 'PUT',
  target: 'bucket',
  subresource: 'acl',
  access: [{ action: 'PutBucketACL', on: 'bucket' }],
  idempotent: true,
  contentMd5: true,
  request: aclRequest,
})

export const getBucketAcl = operation<BucketParams, Omit<GetAclResult, keyof ResultMeta>>({
  method: 'GET',
  target: 'bucket',
  subresource: 'acl',
  access: [{ action: 'GetBucketACL', on: 'bucket' }],
  idempotent: true,
  result: readAcl,
})

export const putObjectAcl = operation<PutObjectAclParams>({
  method: 'PUT',
  target: 'object',
  subresource: 'acl',
  access: [{ action: 'PutObjectACL', on: 'object' }],
  idempotent: true,
  contentMd5: true,
  request: aclRequest,
})

export const getObjectAcl = operation<GetObjectAclParams, Omit<GetAclResult, keyof ResultMeta>>({
  method: 'GET',
  target: 'object',
  subresource: 'acl',
  access: [{ action: 'GetObjectACL', on: 'object' }],
  idempotent: true,
  request: ({ VersionId }) => ({ query: { versionId: VersionId } }),
  result: readAcl,
})

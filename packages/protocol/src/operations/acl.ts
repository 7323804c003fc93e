import { asList, type XmlElement } from '../xml/readXml'
import { writeXml } from '../xml/writeXml'
import type { Own } from './configuration'
import {
  type BucketParams,
  bucketOperation,
  type ObjectParams,
  objectOperation,
  type Reply,
  type RequestParts,
  type ResultMeta,
  versionRequest,
} from './operation'
import { paramHeaders } from './paramHeaders'

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

/** The params and the fields of a result for each permission. */
const GRANTS = {
  READ: 'GrantRead',
  WRITE: 'GrantWrite',
  READ_ACP: 'GrantReadAcp',
  WRITE_ACP: 'GrantWriteAcp',
  FULL_CONTROL: 'GrantFullControl',
} as const

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
  for (const [name, value] of Object.entries(paramHeaders(params))) {
    if (/^x-cos-grant-/i.test(name)) headers[name] = unique(String(value))
  }
  const policy = params.AccessControlPolicy
  if (!policy) return { headers, body: '' }
  const { Grants, Grant, ...rest } = policy
  const AccessControlList = { Grant: Grants ?? Grant }
  return { headers, body: writeXml({ AccessControlPolicy: { ...rest, AccessControlList } }) }
}

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

function readAcl(reply: Reply): Own<GetAclResult> {
  const body = reply.xml('AccessControlPolicy')
  const Owner = (body.Owner || {}) as GetAclResult['Owner']
  const Grants = asList<Grant>((body.AccessControlList as XmlElement | undefined)?.Grant)
  const granted = (Permission: Grant['Permission']) =>
    Grants.filter((grant) => grant.Permission === Permission)
  const isOpen = (Permission: Grant['Permission']) =>
    granted(Permission).some(({ Grantee }) => Grantee?.URI === ALL_USERS)
  const listed = {} as Record<(typeof GRANTS)[keyof typeof GRANTS], string>
  for (const [permission, field] of Object.entries(GRANTS)) {
    listed[field] = granted(permission as Grant['Permission'])
      .filter(({ Grantee: { ID, URI } = {} }) => URI !== ALL_USERS && ID && ID !== Owner.ID)
      .map(({ Grantee }) => `id="${Grantee.ID}"`)
      .join(',')
  }
  const derived =
    isOpen('FULL_CONTROL') || isOpen('WRITE')
      ? 'public-read-write'
      : isOpen('READ')
        ? 'public-read'
        : 'private'
  return { ...listed, ACL: reply.headers['x-cos-acl'] ?? derived, Owner, Grants }
}

const ACL = { subresource: 'acl' }
const PUT_ACL = { ...ACL, contentMd5: true, ownHeadersWin: true, request: aclRequest }
const GET_ACL = { ...ACL, result: readAcl }

export const putBucketAcl = bucketOperation<PutBucketAclParams>('PUT', 'PutBucketACL', PUT_ACL)

export const getBucketAcl = bucketOperation<BucketParams, Own<GetAclResult>>(
  'GET',
  'GetBucketACL',
  GET_ACL,
)

export const putObjectAcl = objectOperation<PutObjectAclParams>('PUT', 'PutObjectACL', PUT_ACL)

export const getObjectAcl = objectOperation<GetObjectAclParams, Own<GetAclResult>>(
  'GET',
  'GetObjectACL',
  { ...GET_ACL, request: versionRequest },
)

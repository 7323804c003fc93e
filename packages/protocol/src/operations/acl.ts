import { asElement, asList } from '../xmlElement'
import { subresourceOperation, xmlBody } from './configuration'
import type {
  BucketParams,
  CosResponse,
  ObjectParams,
  RequestParts,
  ResultFields,
  ResultMeta,
} from './define'
import { paramHeaders } from './params'

export interface Grant {
  Grantee: { ID?: string; URI?: string; DisplayName?: string }
  Permission: 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'
}

export interface AclParams {
  /** `private`, `public-read`, `public-read-write`; objects also `default` (document 436/30752). */
  ACL?: string
  /** Grants read access: `id="100000000001",id="100000000002"` */
  GrantRead?: string
  /** Grants write access, written like GrantRead. */
  GrantWrite?: string
  /** Grants reading the ACL, written like GrantRead. */
  GrantReadAcp?: string
  /** Grants changing the ACL, written like GrantRead. */
  GrantWriteAcp?: string
  /** Grants full control, written like GrantRead. */
  GrantFullControl?: string
  AccessControlPolicy?: { Owner: { ID: string }; Grants?: Grant | Grant[]; Grant?: Grant | Grant[] }
}

export interface PutBucketAclParams extends BucketParams, AclParams {}
export interface PutObjectAclParams extends ObjectParams, AclParams {}

export interface GetAclResult extends ResultMeta {
  /** `private`, `public-read` …, from the header or derived from the grants. */
  ACL: string
  Owner: { ID?: string; DisplayName?: string }
  Grants: Grant[]
  /** `id="…"`, separated by commas. */
  GrantRead: string
  GrantWrite: string
  GrantReadAcp: string
  GrantWriteAcp: string
  GrantFullControl: string
}

export interface GetObjectAclParams extends ObjectParams {
  /** A version of the object. @default the latest */
  VersionId?: string
}

function aclRequest(params: AclParams): RequestParts {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(paramHeaders(params))) {
    // Each grantee once.
    if (/^x-cos-grant-/i.test(name)) {
      const grantees = String(value)
        .trim()
        .split(/\s*,\s*/)
      headers[name] = [...new Set(grantees)].join()
    }
  }
  const { Grants, Grant, ...rest } = params.AccessControlPolicy || {}
  const AccessControlList = { Grant: Grants || Grant }
  return {
    body: '',
    ...(params.AccessControlPolicy &&
      xmlBody('AccessControlPolicy', { ...rest, AccessControlList })),
    headers,
  }
}

const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

function readAcl({ xml, headers }: CosResponse): ResultFields<GetAclResult> {
  const { Owner, AccessControlList } = xml('AccessControlPolicy')
  const owner: GetAclResult['Owner'] = asElement(Owner)
  const Grants = asList<Grant>(asElement(AccessControlList).Grant)
  const grantees = (permission: Grant['Permission']) =>
    Grants.filter(({ Permission }) => Permission === permission).map(({ Grantee }) => Grantee || {})
  const isPublic = (permission: Grant['Permission']) =>
    grantees(permission).some(({ URI }) => URI === ALL_USERS)
  const granted = (permission: Grant['Permission']) =>
    grantees(permission)
      .filter(({ ID }) => ID && ID !== owner.ID)
      .map(({ ID }) => `id="${ID}"`)
      .join()
  const isWritable = isPublic('WRITE') || isPublic('FULL_CONTROL')
  const derived = isWritable ? 'public-read-write' : isPublic('READ') ? 'public-read' : 'private'
  return {
    ACL: headers['x-cos-acl'] || derived,
    Owner: owner,
    Grants,
    GrantRead: granted('READ'),
    GrantWrite: granted('WRITE'),
    GrantReadAcp: granted('READ_ACP'),
    GrantWriteAcp: granted('WRITE_ACP'),
    GrantFullControl: granted('FULL_CONTROL'),
  }
}

const PUT_ACL = { _contentMd5: true, _headersOverrideParams: true, _build: aclRequest }

export const putBucketAcl = subresourceOperation<PutBucketAclParams>(
  'Put',
  'Bucket',
  'ACL',
  PUT_ACL,
)

export const getBucketAcl = subresourceOperation<BucketParams, GetAclResult>(
  'Get',
  'Bucket',
  'ACL',
  { _parse: readAcl },
)

export const putObjectAcl = subresourceOperation<PutObjectAclParams>(
  'Put',
  'Object',
  'ACL',
  PUT_ACL,
)

export const getObjectAcl = subresourceOperation<GetObjectAclParams, GetAclResult>(
  'Get',
  'Object',
  'ACL',
  { query: ['versionId'], _parse: readAcl },
)

import { asList, type XmlElement } from '../xml/readXml'
import type {
  AnyOperation,
  BucketParams,
  ObjectParams,
  Own,
  Reply,
  RequestParts,
  ResultMeta,
} from './operation'
import { paramHeaders } from './paramHeaders'
import { paramOf } from './requestOf'
import { xmlBody } from './xmlBody'

export interface Grant {
  Grantee: { ID?: string; URI?: string; DisplayName?: string }
  Permission: 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'
}

export interface AclParams {
  /** `private`, `public-read`, `public-read-write`; objects also `default` (document 436/30752). */
  ACL?: string
  /** `id="100000000001",id="100000000002"` */
  GrantRead?: string
  /** Who may write, written like GrantRead. */
  GrantWrite?: string
  /** Who may read these rights. */
  GrantReadAcp?: string
  /** Who may change these rights. */
  GrantWriteAcp?: string
  /** Who may do all of that. */
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
  /** A version of the object. @default the latest */
  VersionId?: string
}

const PERMISSIONS = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL']

function aclRequest(params: AclParams): RequestParts {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(paramHeaders(params))) {
    // Each grantee once.
    if (/^x-cos-grant-/i.test(name)) {
      headers[name] = [
        ...new Set(
          String(value)
            .trim()
            .split(/\s*,\s*/),
        ),
      ].join()
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

function readAcl({ xml, headers }: Reply): Own<GetAclResult> {
  const { Owner, AccessControlList: listed } = xml('AccessControlPolicy') as Record<
    string,
    XmlElement
  >
  const Grants = asList<Grant>(listed?.Grant)
  const result: Record<string, unknown> = { Owner: Owner || {}, Grants }
  let open = ''
  for (const permission of PERMISSIONS) {
    const granted: string[] = []
    for (const { Permission, Grantee: { ID, URI } = {} } of Grants) {
      if (Permission !== permission) continue
      if (URI === ALL_USERS) open += `${permission} `
      else if (ID && ID !== Owner?.ID) granted.push(`id="${ID}"`)
    }
    // GrantReadAcp for READ_ACP.
    result[paramOf(`grant-${permission.toLowerCase().replace('_', '-')}`)] = granted.join()
  }
  const isWritable = /(FULL_CONTROL|WRITE) /.test(open)
  const derived = isWritable ? 'public-read-write' : /READ /.test(open) ? 'public-read' : 'private'
  result.ACL = headers['x-cos-acl'] || derived
  return result as unknown as Own<GetAclResult>
}

/** What the rows of buckets and of objects have in common. */
export const PUT_ACL: Partial<AnyOperation> = {
  contentMd5: true,
  ownHeadersWin: true,
  request: aclRequest,
}

export const GET_ACL: Partial<AnyOperation> = { result: readAcl }

/**
 * The contract between the client and the cloud functions. `cos-credentials` issues temporary keys,
 * `cos-signature` signs single requests. The event of the call is the request; it never identifies the caller.
 */

/** A permission of a caller below a path. */
export type Verb = 'read' | 'write' | 'delete' | 'list'

/** One permission that the client requests: an entry of `options.Scope`. */
export interface ScopeEntry {
  /** `name/cos:PutObject` */
  action: string
  bucket: string
  region: string
  /** A key, or the prefix of a list. */
  prefix: string
}

/** Most entries of one requested scope that the functions accept: a policy has no room for more. */
export const MAX_SCOPE_ENTRIES = 50

/** An entry of a requested scope. Bucket and region default to those of the function. */
export type RequestedScope = Pick<ScopeEntry, 'action' | 'prefix'> &
  Partial<ScopeEntry> & {
    /**
     * Bytes of the object to upload, for rules with a quota: the key permits no larger object.
     * @default the maximum size of the rule
     */
    size?: number
  }

/** Requests permission to create one object, whose name the function chooses. */
export interface CreateRequest {
  /** A folder, with a trailing slash. @default the caller's own */
  path?: string
  /** Without dot: `'jpg'`. @default none */
  extension?: string
  /** Bytes of the object, for rules with a quota. @default the maximum size of the rule */
  size?: number
}

/** The event of cos-credentials. An empty event requests a key for everything the caller may do. */
export interface KeyFunctionRequest {
  /** The official `options.Scope`: exactly these actions on exactly these keys. */
  scope?: RequestedScope | RequestedScope[]
  /** Folders, with trailing slashes. A segment `{openid}` stands for the caller's OPENID. */
  paths?: string[]
  /** Limits the key to these verbs, in `paths` or everywhere. */
  verbs?: Verb[]
  /** Requests a key for one new object, whose name the function chooses. */
  create?: CreateRequest
  /** Confirms an upload, which runs the rule's `onUpload`, and returns no key. Accepted by both functions. */
  confirm?: ConfirmRequest
  /** Requests the usage of a folder with a quota instead of a key. Accepted by both functions. */
  usage?: UsageRequest
  /** Requests an action on the trash of a path instead of a key. Accepted by both functions. */
  trash?: TrashRequest
}

/** A completed upload. The function checks the object itself. */
export interface ConfirmRequest {
  Key: string
  /** The ETag that COS returned. The function refuses another one in the bucket with `KitConfirmRefused`. */
  ETag?: string
}

/** The response to `confirm`, after `onUpload` has run for the object. */
export interface ConfirmResponse {
  /** The value that `onUpload` returned, as JSON. */
  confirm: unknown
}

export interface UsageRequest {
  /** A folder covered by a rule with a quota, with a trailing slash. @default the caller's first such folder */
  path?: string
}

/** The response to `usage`: what counts against the folder's quota. */
export interface UsageResponse {
  /** The folder that the quota applies to, with a trailing slash. */
  path: string
  /** Bytes, including uploads that have been permitted and may still be in progress. */
  used: number
  /** Bytes. Absent without `quota`. */
  quota?: number
  files: number
  /** Absent without `maxFiles`. */
  maxFiles?: number
}

/** An action on the trash. Keys are the complete keys that the objects have, or had. */
export interface TrashRequest {
  /**
   * `delete` moves an object to the trash, `list` lists the deleted objects, `restore` moves an object back, `erase`
   * deletes it permanently.
   */
  action: 'delete' | 'list' | 'restore' | 'erase'
  /** Required for all actions except `list`. */
  Key?: string
  /** Identifies one of the key's deleted objects. Required for `erase`. @default the most recently deleted */
  TrashId?: string
  /** For `restore`: moves an object that has the key now to the trash. @default false: `KitTrashConflict` */
  Overwrite?: boolean
  /** For `list`: prefix of the keys. @default the caller's first folder that has a trash */
  Prefix?: string
  /** For `list`: the `NextMarker` of the previous page. */
  Marker?: string
}

/** A deleted object. */
export interface TrashedObject {
  /** The key it had. */
  Key: string
  TrashId: string
  /** Bytes. */
  Size: number
  /** When it was deleted, in ISO 8601. */
  Deleted: string
  /** When it is deleted permanently, in ISO 8601; COS may take a day longer. */
  Expires: string
}

/** The response to `trash`. */
export interface TrashResponse {
  /** The affected or listed objects; empty if there was nothing to delete. */
  trash: TrashedObject[]
  /** For `list`: the `Marker` of the next page; undefined on the last page. */
  NextMarker?: string
}

/** The event of cos-signature: one request, described as in the official `getAuthorization` options. */
export interface SignatureRequest {
  /** `GET`, `PUT`, `POST`, `DELETE` or `HEAD`, in upper or lower case. */
  Method: string
  /** The object's key, or `Pathname`: `/` and the key. Neither for a list. */
  Key?: string
  Pathname?: string
  /** All parameters of the request. */
  Query?: Record<string, string | number>
  /** Headers to sign. Host is added if it is missing. */
  Headers?: Record<string, string | number>
  /** Seconds for which the signature is valid, 1 to 900. @default 900 */
  expires?: number
  /** Returns a presigned URL instead, for GET and PUT of one object. @default false */
  presign?: boolean
  /** Bucket and Region are optional; the function refuses those of another bucket. */
  Bucket?: string
  Region?: string
}

/** The event of cos-signature for one form upload, as its field `form`. */
export interface FormRequest {
  /** The complete key of the object. */
  Key: string
  /** The object's content type. Required if the rule has `types`. */
  ContentType?: string
  /** Seconds for which the form is valid, 1 to 900. @default 900 */
  expires?: number
  /** Bytes of the file. Required if the rule has a quota: COS accepts the form only with a file of exactly this size. */
  size?: number
}

/** Part of every response: bucket, region and folder of the caller. */
export interface CallerFolder {
  bucket: string
  region: string
  /** The caller's own folder, with a trailing slash. */
  prefix: string
  /**
   * Paths whose uploads the client confirms, because their rule has `onUpload`. `*` stands for any one segment.
   * @default none
   */
  confirms?: string[]
  /**
   * Paths whose objects the client deletes by the function, because their rule has a `trash`. `*` stands for any one
   * segment.
   * @default none
   */
  trashes?: string[]
}

/** A temporary key, with the field names of STS. */
export interface TemporaryKey {
  tmpSecretId: string
  tmpSecretKey: string
  sessionToken: string
  /** Unix seconds, by STS's clock. */
  startTime: number
  /** Unix seconds, by STS's clock. */
  expiredTime: number
  /** STS's id of the call. */
  requestId: string
}

type Secrets = 'tmpSecretId' | 'tmpSecretKey' | 'sessionToken'

/** The response of cos-credentials, in the format of Tencent's samples, with the caller's folder. */
export interface KeyFunctionResponse extends CallerFolder, Omit<TemporaryKey, Secrets> {
  credentials: Pick<TemporaryKey, Secrets>
  /** Set if the key permits only the requested scope. */
  scopeLimit?: true
  /** For `create`: the key of the object that may be created. */
  key?: string
}

/** The response of cos-signature to a `SignatureRequest`. */
export interface IssuedSignature extends CallerFolder {
  /** For the header `Authorization`. */
  authorization: string
  /** For the header `x-cos-security-token`. */
  sessionToken: string
  /** End of the signature's validity, in Unix seconds. */
  expiredTime: number
}

/** The response to `presign`: a URL for one object and one method. */
export interface IssuedUrl extends CallerFolder {
  url: string
  /** Unix seconds. */
  expiredTime: number
}

/** A signed form: options of `wx.uploadFile`, which sends the file under the field name `file`. */
export interface IssuedForm {
  /** The address that the form is sent to. */
  url: string
  formData: Record<string, string>
  /** End of the form's validity, in Unix seconds. */
  expiredTime: number
}

/** The response to `create`. */
export interface IssuedName extends CallerFolder {
  key: string
}

/** The response of cos-signature; to an empty event, the caller's folder. */
export type SignatureFunctionResponse =
  | IssuedSignature
  | IssuedUrl
  | (IssuedForm & CallerFolder)
  | IssuedName
  | CallerFolder

/** The reason why a function refuses a call. */
export type RefusalCode =
  /** The event has an invalid format. */
  | 'KitBadRequest'
  /** The confirmed object does not exist, has another ETag, or may not be confirmed by the caller. */
  | 'KitConfirmRefused'
  /** A hook failed. The object exists; confirming it again runs the hook again. */
  | 'KitHookFailed'
  /** An unexpected error of the function; no details are returned. */
  | 'KitInternal'
  /** The key or the environment variables of the function are wrong. */
  | 'KitMisconfigured'
  /** The call has no OPENID: it does not come from a mini program. */
  | 'KitNoIdentity'
  /** No rule grants the caller anything that a key can permit. */
  | 'KitNothingGranted'
  /** `paths`, `verbs` or `create` exceed what the rules grant. */
  | 'KitPathRefused'
  /** The policy exceeds what STS accepts. */
  | 'KitPolicyTooLong'
  /** The upload would exceed the folder's `quota` or `maxFiles`; the refusal has the numbers. */
  | 'KitQuotaExceeded'
  /** A request or form to sign exceeds what the rules grant. */
  | 'KitRequestRefused'
  /** `scope` exceeds what the rules grant. */
  | 'KitScopeRefused'
  /** STS failed, or could not be reached. */
  | 'KitStsFailed'
  /** The caller requests keys too often. */
  | 'KitTooManyRequests'
  /** An object has the key of the one to restore. */
  | 'KitTrashConflict'
  /** The action on the trash exceeds what the rules grant, or the deleted object does not exist. */
  | 'KitTrashRefused'
  /** `beforeUpload` refused the upload, with its own message. */
  | 'KitUploadRefused'

/** The error that a function returns instead of its result. */
export interface Refusal {
  error: {
    code: RefusalCode
    message: string
    /** Whether a retry can succeed. */
    retryable: boolean
    /** Seconds to wait before a retry; with `KitTooManyRequests`. */
    retryAfter?: number
    /** The access rule that refused it. */
    rule?: string
    /** Usage and limits of the folder; with `KitQuotaExceeded`. */
    usage?: UsageResponse
  }
}

/**
 * The contract between the client and the cloud functions: `cos-credentials` issues temporary keys,
 * `cos-signature` signs single requests. Both receive their request as the event of the call; the
 * caller's identity never comes from the event. Types only.
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

/** An entry of a requested scope; bucket and region are the function's own when left out. */
export type RequestedScope = Pick<ScopeEntry, 'action' | 'prefix'> &
  Partial<ScopeEntry> & {
    /**
     * Bytes of the object to upload, where the rule has a quota: the key permits no more.
     * @default the largest that the rule takes
     */
    size?: number
  }

/** A name for one new object, chosen by the function. */
export interface CreateRequest {
  /** A folder, with its last slash. @default the caller's own */
  path?: string
  /** Without dot: `'jpg'`. @default none */
  extension?: string
  /** Bytes of the object, where the rule has a quota. @default the largest that the rule takes */
  size?: number
}

/** The event of cos-credentials. Empty, it requests a key for everything the caller may do; else one of these. */
export interface KeyFunctionRequest {
  /** The official `options.Scope`: exactly these actions on exactly these keys. */
  scope?: RequestedScope | RequestedScope[]
  /** Folders with their last slash; `{openid}` as a segment is the caller's own. */
  paths?: string[]
  /** Limits the key to these verbs, in `paths` or everywhere. */
  verbs?: Verb[]
  /** One new object, whose name the function chooses. */
  create?: CreateRequest
  /** Instead of a key: confirms an upload, which runs the rule's `onUpload`. Answered by both functions. */
  confirm?: ConfirmRequest
  /** Instead of a key: the usage of a folder with a quota. Answered by both functions. */
  usage?: UsageRequest
  /** Instead of a key: an action on the trash of a path. Answered by both functions. */
  trash?: TrashRequest
}

/** An upload that has ended, as the client knows it. The function looks at the object itself. */
export interface ConfirmRequest {
  Key: string
  /** As COS answered the upload. Another one in the bucket is `KitConfirmRefused`. */
  ETag?: string
}

/** The answer to `confirm`, once `onUpload` has run for this object. */
export interface ConfirmResponse {
  /** What `onUpload` returned, as JSON. */
  confirm: unknown
}

/** A request for the usage of a folder. */
export interface UsageRequest {
  /** A folder that a rule with a quota covers, with its last slash. @default the caller's first such folder */
  path?: string
}

/** The answer to `usage`: what counts against the folder's quota. */
export interface UsageResponse {
  /** The folder that the quota applies to, with its last slash. */
  path: string
  /** Bytes, including uploads that have been permitted and may still be in progress. */
  used: number
  /** Bytes. Absent without `quota`. */
  quota?: number
  files: number
  /** Absent without `maxFiles`. */
  maxFiles?: number
}

/** An action on the trash. Keys are complete, as the object has or had them before its deletion. */
export interface TrashRequest {
  /**
   * `delete` moves an object into the trash, `list` shows what is in it, `restore` moves an object back, `erase`
   * deletes it for good.
   */
  action: 'delete' | 'list' | 'restore' | 'erase'
  /** For all actions but `list`. */
  Key?: string
  /** Which of the key's deleted objects, as `list` names it. Required for `erase`. @default the last that was deleted */
  TrashId?: string
  /** For `restore`: an object that has the key now is moved into the trash. @default false: it is refused */
  Overwrite?: boolean
  /** For `list`: what the keys begin with. @default the caller's first folder that has a trash */
  Prefix?: string
  /** For `list`: the `NextMarker` of the page before. */
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
  /** When it is removed for good, in ISO 8601; COS may take a day longer. */
  Expires: string
}

/** The answer to `trash`. */
export interface TrashResponse {
  /** The entries that were moved, listed, restored or erased; empty if there was nothing to delete. */
  trash: TrashedObject[]
  /** For `list`: the `Marker` of the next page, if there is one. */
  NextMarker?: string
}

/** The event of cos-signature: one request, as the official `getAuthorization` options describe it. */
export interface SignatureRequest {
  /** `GET`, `PUT`, `POST`, `DELETE`, `HEAD`; in any case. */
  Method: string
  /** The object's key, or `Pathname`: `/` and the key. Neither for a list. */
  Key?: string
  Pathname?: string
  /** Every parameter the request will have. */
  Query?: Record<string, string | number>
  /** Headers to sign. Host is added if it is missing. */
  Headers?: Record<string, string | number>
  /** Seconds for which the signature is valid, 1 to 900. @default 900 */
  expires?: number
  /** Returns a URL instead, for GET and PUT of one object. @default false */
  presign?: boolean
  /** Refused if they are not the function's own. */
  Bucket?: string
  Region?: string
}

/** The event of cos-signature for one form upload, as its field `form`. */
export interface FormRequest {
  /** The object's whole key. */
  Key: string
  /** The object's type. Required where the rule names types. */
  ContentType?: string
  /** Seconds for which the form is valid, 1 to 900. @default 900 */
  expires?: number
  /** Bytes of the file. Required where the rule has a quota: the form takes exactly as many. */
  size?: number
}

/** Part of every answer: where the caller's files are. */
export interface CallerFolder {
  bucket: string
  region: string
  /** The caller's own folder, with its last slash. */
  prefix: string
  /**
   * Paths whose uploads the client confirms, since their rule has `onUpload`; `*` stands for any one segment.
   * @default none
   */
  confirms?: string[]
  /**
   * Paths where the client deletes by the function, since their rule has a `trash`; `*` stands for any one segment.
   * @default none
   */
  trashes?: string[]
}

/** A temporary key, named as STS names it. */
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

/** The answer of cos-credentials: the format of Tencent's own samples, plus where the key is valid. */
export interface KeyFunctionResponse extends CallerFolder, Omit<TemporaryKey, Secrets> {
  credentials: Pick<TemporaryKey, Secrets>
  /** Set when the key permits only the requested scope. */
  scopeLimit?: true
  /** The object that may be created, named by the function; for `create`. */
  key?: string
}

/** The answer of cos-signature to a `SignatureRequest`. */
export interface IssuedSignature extends CallerFolder {
  /** For the header `Authorization`. */
  authorization: string
  /** For the header `x-cos-security-token`. */
  sessionToken: string
  /** Unix seconds: the signature is valid until then. */
  expiredTime: number
}

/** The answer to `presign`: a URL for one object and one method. */
export interface IssuedUrl extends CallerFolder {
  url: string
  /** Unix seconds. */
  expiredTime: number
}

/** Everything that `wx.uploadFile` needs to send one file, under the field name `file`. */
export interface IssuedForm {
  /** Where the form is sent. */
  url: string
  formData: Record<string, string>
  /** Unix seconds: the form is valid until then. */
  expiredTime: number
}

/** The answer to `create`. */
export interface IssuedName extends CallerFolder {
  key: string
}

/** The answer of cos-signature; without a request it says where the caller's files are. */
export type SignatureFunctionResponse =
  | IssuedSignature
  | IssuedUrl
  | (IssuedForm & CallerFolder)
  | IssuedName
  | CallerFolder

/** Why a function refuses a call. */
export type RefusalCode =
  /** The event has the wrong form. */
  | 'KitBadRequest'
  /** The confirmed object is missing, is another one, or the caller may not confirm it. */
  | 'KitConfirmRefused'
  /** A hook failed. The object is there; confirming it again runs the hook again. */
  | 'KitHookFailed'
  /** A defect of the function itself; no details are returned. */
  | 'KitInternal'
  /** The function's key or environment is wrong; to be corrected by its deployer. */
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
  /** The rules do not grant the action on the trash, or there is no such entry. */
  | 'KitTrashRefused'
  /** `beforeUpload` refused the upload; the message is its own. */
  | 'KitUploadRefused'

/** The error that a function returns instead of its result. */
export interface Refusal {
  error: {
    code: RefusalCode
    message: string
    /** Whether calling again can succeed. */
    retryable: boolean
    /** Seconds to wait before that; with `KitTooManyRequests`. */
    retryAfter?: number
    /** The access rule that refused it. */
    rule?: string
    /** Usage and limits of the folder; with `KitQuotaExceeded`. */
    usage?: UsageResponse
  }
}

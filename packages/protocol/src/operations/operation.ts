import type { CopySource, CopySourceParser } from '../address/copySource'
import { asList, type XmlElement } from '../xml/readXml'

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** What an action must be permitted on. */
export type AccessTarget =
  | 'service'
  | 'bucket'
  /** The listed prefix: COS checks `<bucket>/<prefix>`. */
  | 'prefix'
  /** The request's own key. */
  | 'object'
  /** Each key named in the body of deleteMultipleObject. */
  | 'listedObjects'
  /** The key in `x-cos-copy-source`. */
  | 'copySource'

/** One CAM action that an operation needs, and on what. */
export interface RequiredAccess {
  action: string
  on: AccessTarget
}

/** What the caller's params become, before headers common to all operations are added. */
export interface RequestParts {
  query?: Record<string, string | number | boolean | undefined>
  headers?: Record<string, string | number | undefined>
  /** XML or JSON text, or the object's content. */
  body?: string | ArrayBuffer
}

/** A response with its HTTP layer taken off. */
export interface Reply {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: unknown
  /**
   * The content of the document's root element. Without a root's name: the whole document, `{}` when
   * there is none. @throws CosError `KitInvalidXml` when the named root is missing
   */
  xml: (root: string) => XmlElement
  /** `host/encoded-key`, no scheme: what cos-wx-sdk-v5 calls Location. */
  location: string
}

/** A failure, as far as deciding whether the caller regards it as one. */
export interface ServiceFailure {
  statusCode: number
  code: string
  headers: Record<string, string>
  RequestId?: string
}

/** Fields that every result carries. */
export interface ResultMeta {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  /** COS's id of the request: quote it to Tencent's support. */
  RequestId?: string
  /** Of the object, in a bucket that keeps versions. */
  VersionId?: string
  /** The text `'true'` when the request made or met a delete marker. */
  DeleteMarker?: string
}

/** A result without the fields that every result has. */
export type Own<Result> = {
  [Field in keyof Result as Exclude<Field, keyof ResultMeta>]: Result[Field]
}

/** Params of every call. */
export interface CallParams {
  /** Further request headers; params of their own name win over them. */
  Headers?: Record<string, string | number | undefined>
  /** Aborts the call: anything with `aborted` and `addEventListener('abort', …)`. */
  signal?: AbortSignalLike
}

/** The part of an AbortSignal that is used; phones have none of their own. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface BucketParams extends CallParams {
  /** `name-1250000000`. @default the bucket of `COS.cloud` */
  Bucket?: string
  /** @deprecated Appended to a Bucket without it. */
  AppId?: string | number
  /** `ap-guangzhou` … @default the region of `COS.cloud` */
  Region?: string
}

export interface ObjectParams extends BucketParams {
  /** Object key, 1 to 850 bytes of UTF-8 (document 436/13324). One leading slash is dropped. */
  Key: string
}

/** One COS operation: all that client, local COS and key functions need to know of it. */
export interface Operation<Params extends CallParams, Result = ResultMeta> {
  readonly method: HttpMethod
  readonly target: 'service' | 'bucket' | 'object'
  /** Sub-resource: the first, value-less query parameter. */
  readonly subresource?: string
  /** Query parameters (besides the sub-resource) whose presence makes it this operation; params give them. */
  readonly needs?: readonly string[]
  /** Query parameters that params may give: `part-number-marker` is the param PartNumberMarker. */
  readonly query?: readonly string[]
  /** Made this operation, not its namesake, by an `x-cos-copy-source` header. */
  readonly copies?: boolean
  /** What is copied, as `x-cos-copy-source` names it. */
  readonly sourceOf?: (CopySource: string, parser?: CopySourceParser) => CopySource
  /** Refuses keys that would lead elsewhere, unless the option ObjectKeySimplifyCheck is off. @throws CosError */
  readonly refuseKey?: (Key: string) => void
  /** A form upload: signed over `/`, the key travels in the form. */
  readonly form?: boolean
  readonly access: readonly RequiredAccess[]
  /** Whether sending it twice leaves the same state as once. */
  readonly idempotent: boolean
  /** Content-MD5 over the document sent, as COS demands for XML bodies. */
  readonly contentMd5?: boolean
  /** The answer's body is content, not a document: it may look like anything, even like an error. */
  readonly isContent?: boolean
  /** Of the document sent. @default 'application/xml' */
  readonly contentType?: string
  /** What is sent besides what `needs` and `query` name. */
  readonly request?: (params: Params) => RequestParts
  /** Its own reading of a param wins over the plain header of that param: grants without duplicates. */
  readonly ownHeadersWin?: boolean
  readonly result?: (reply: Reply, params: Params) => Own<Result>
  /** A failure that the official client reports as a result. */
  readonly forgive?: (failure: ServiceFailure, params: Params) => object | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: a table row of any params and result
export type AnyOperation = Operation<any, any>

/**
 * Declares a row of the table. What most rows share need not be said: one CAM action, needed on what the
 * request is addressed to, and that sending it twice leaves the same state as once.
 */
export function operation<Params extends CallParams, Result = ResultMeta>(
  method: HttpMethod,
  target: Operation<Params, Result>['target'],
  action: string,
  details?: Partial<Operation<Params, Result>>,
): Operation<Params, Result> {
  return { method, target, access: [{ action, on: target }], idempotent: true, ...details }
}

/** An object's ETag in its quotes; empty when the platform hides the headers. */
export function readETag({ headers }: Reply): { ETag: string } {
  return { ETag: headers.etag || '' }
}

/** Reads a document: its fields, and those that are lists always as lists. */
export function readDocument<Result>(root: string, ...lists: (keyof Result & string)[]) {
  return (reply: Reply): Own<Result> => {
    const content = reply.xml(root)
    for (const name of lists) content[name] = asList(content[name])
    return content as never
  }
}

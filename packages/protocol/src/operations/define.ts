import { asList, type XmlElement } from '../xmlElement'

export type HttpMethod = 'GET' | 'PUT' | 'POST' | 'DELETE' | 'HEAD' | 'OPTIONS'

/** The resource on which an action must be permitted. */
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

/** One CAM action that an operation requires, and the resource it is checked on. */
export interface RequiredAccess {
  action: string
  on: AccessTarget
}

/** The request made from a call's params, before the headers common to all operations are added. */
export interface RequestParts {
  query?: Record<string, string | number | boolean | undefined>
  headers?: Record<string, string | number | undefined>
  /** XML or JSON text, or the object's content. */
  body?: string | ArrayBuffer
}

/** A successful response, as an operation parses it. */
export interface CosResponse {
  statusCode: number
  /** Names in lower case. */
  headers: Record<string, string>
  body: unknown
  /**
   * The content of the document's root element. The caller names its type, as COS documents it. Without
   * a root's name: the whole document, `{}` when there is none.
   * @throws CosError `KitInvalidXml` when the named root is missing
   */
  xml: <Content = XmlElement>(root: string) => Content
  /** `host/encoded-key`, no scheme: what cos-wx-sdk-v5 calls Location. */
  location: string
}

/** An error response, with the fields that decide whether the caller gets it as a result. */
export interface ServiceFailure {
  statusCode: number
  code: string
  headers: Record<string, string>
  RequestId?: string
}

/** Fields that every result has. */
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

/** The fields of a result that its operation parses: all but those of `ResultMeta`. */
export type ResultFields<Result> = {
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

/** One COS operation: everything that client, server and local COS need to know about it. */
export interface Operation<Params extends CallParams, Result = ResultMeta> {
  readonly method: HttpMethod
  readonly target: 'service' | 'bucket' | 'object'
  /** Sub-resource: the first query parameter, which has no value. */
  readonly subresource?: string
  /** Required query parameters besides the sub-resource; they tell it from operations of the same method. */
  readonly needs?: readonly string[]
  /** Optional query parameters: `part-number-marker` is the param PartNumberMarker. */
  readonly query?: readonly string[]
  /** Whether an `x-cos-copy-source` header tells it from operations of the same method. */
  readonly copies?: boolean
  /** Refuses keys that resolve to another resource, unless the option ObjectKeySimplifyCheck is off. @throws CosError */
  readonly refuseKey?: (Key: string) => void
  /** A form upload: signed over `/`, the key is a field of the form. */
  readonly form?: boolean
  readonly access: readonly RequiredAccess[]
  /** Whether sending it twice leaves the same state as sending it once. */
  readonly idempotent: boolean
  /** Sends the Content-MD5 of the document, which COS requires of XML bodies. */
  readonly contentMd5?: boolean
  /** The response body is an object's content, which may look like anything, even like an error document. */
  readonly isContent?: boolean
  /** Content type of the document sent. @default 'application/xml' */
  readonly contentType?: string
  /** Builds what is sent besides the parameters of `needs` and `query`. */
  readonly buildRequest?: (params: Params) => RequestParts
  /** The headers of `buildRequest` replace those that the params stand for. */
  readonly ownHeadersWin?: boolean
  readonly parseResponse?: (response: CosResponse, params: Params) => ResultFields<Result>
  /** The result for an error response that cos-wx-sdk-v5 reports as a result; undefined for an error. */
  readonly mapFailure?: (failure: ServiceFailure, params: Params) => object | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: any operation of the table, whatever its params and result
export type AnyOperation = Operation<any, any>

/**
 * Declares an operation. Defaults: it requires the one CAM action on the target, and is idempotent.
 *
 * @param action the CAM action without its prefix: `GetObject` for `name/cos:GetObject`
 * @example
 * const headBucket = defineOperation<BucketParams>('HEAD', 'bucket', 'HeadBucket')
 */
/* @__NO_SIDE_EFFECTS__ */
export function defineOperation<Params extends CallParams, Result = ResultMeta>(
  method: HttpMethod,
  target: Operation<Params, Result>['target'],
  action: string,
  details?: Partial<Operation<Params, Result>>,
): Operation<Params, Result> {
  return { method, target, access: [{ action, on: target }], idempotent: true, ...details }
}

/** An object's ETag in its quotes; empty when the platform hides the headers. */
export function readETag({ headers }: CosResponse): { ETag: string } {
  return { ETag: headers.etag || '' }
}

/** Parses a document: its fields as COS names them, the named `lists` always as arrays. */
/* @__NO_SIDE_EFFECTS__ */
export function readDocument<Result>(root: string, ...lists: (keyof Result & string)[]) {
  return ({ xml }: CosResponse): ResultFields<Result> => {
    const content = xml(root)
    for (const name of lists) content[name] = asList<XmlElement>(content[name])
    // COS documents the other fields.
    return content as ResultFields<Result>
  }
}

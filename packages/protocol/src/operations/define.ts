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

/** The parts of a request that are built from a call's params, before common headers are added. */
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
   * Parses the document and returns the content of the root element, whose type the caller specifies. An empty name
   * returns the whole document, or `{}` if there is none.
   * @throws CosError `KitInvalidXml` if the root element has another name
   */
  xml: <Content = XmlElement>(root: string) => Content
  /** `host/encoded-key`, no scheme: the Location of cos-wx-sdk-v5. */
  location: string
}

/** The fields of an error response by which an operation may turn it into a result. */
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
  /** COS's id of the request, which Tencent Cloud's support asks for. */
  RequestId?: string
  /** Version of the object, in a bucket with versioning. */
  VersionId?: string
  /** The string `'true'` if the request created or found a delete marker. */
  DeleteMarker?: string
}

/** The fields of a result that its operation parses: all except those of `ResultMeta`. */
export type ResultFields<Result> = {
  [Field in keyof Result as Exclude<Field, keyof ResultMeta>]: Result[Field]
}

/** Params of every call. */
export interface CallParams {
  /** Further request headers. Params that stand for a header override them. */
  Headers?: Record<string, string | number | undefined>
  /** Aborts the call: an AbortSignal, or an object with the same three members. */
  signal?: AbortSignalLike
}

/** The part of an AbortSignal that is used. Mini programs have no AbortController. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export interface BucketParams extends CallParams {
  /** `name-1250000000`. @default the bucket of `COS.cloud` */
  Bucket?: string
  /** @deprecated Appended to a Bucket that has no APPID. */
  AppId?: string | number
  /** `ap-guangzhou` … @default the region of `COS.cloud` */
  Region?: string
}

export interface ObjectParams extends BucketParams {
  /** Object key, 1 to 850 bytes of UTF-8 (document 436/13324). One leading slash is dropped. */
  Key: string
}

/** The declaration of a COS operation, which client, server and local COS use. */
export interface Operation<Params extends CallParams, Result = ResultMeta> {
  readonly method: HttpMethod
  readonly target: 'service' | 'bucket' | 'object'
  /** Sub-resource: the first query parameter, which has no value. */
  readonly subresource?: string
  /** Required query parameters besides the sub-resource. They distinguish it from other operations of the same method. */
  readonly needs?: readonly string[]
  /** Optional query parameters: `part-number-marker` for the param PartNumberMarker. */
  readonly query?: readonly string[]
  /** Whether an `x-cos-copy-source` header distinguishes it from other operations of the same method. */
  readonly copies?: boolean
  /** Refuses keys that resolve to another resource, unless the option ObjectKeySimplifyCheck is off. @throws CosError */
  readonly _checkKey?: (Key: string) => void
  /** A form upload: the signed path is `/`, and the key is a field of the form. */
  readonly form?: boolean
  readonly access: readonly RequiredAccess[]
  /** Whether sending the request twice has the same effect as sending it once. */
  readonly _idempotent: boolean
  /** Sends the Content-MD5 of the document, which COS requires for XML bodies. */
  readonly _contentMd5?: boolean
  /** The response body is an object's content, which may even look like an error document. */
  readonly _isContent?: boolean
  /** Content type of the document sent. @default 'application/xml' */
  readonly _contentType?: string
  /** Builds the request parts other than the parameters of `needs` and `query`. */
  readonly _build?: (params: Params) => RequestParts
  /** The headers of `_build` override those of the params. */
  readonly _headersOverrideParams?: boolean
  readonly _parse?: (response: CosResponse, params: Params) => ResultFields<Result>
  /** Returns a result for an error response that cos-wx-sdk-v5 reports as a success; otherwise undefined. */
  readonly _mapFailure?: (failure: ServiceFailure, params: Params) => object | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: any operation of the table
export type AnyOperation = Operation<any, any>

/**
 * Declares an operation. By default it requires one CAM action on the target and is idempotent.
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
  return { method, target, access: [{ action, on: target }], _idempotent: true, ...details }
}

/** The quoted ETag of an object; empty if the platform hides the headers. */
export function readETag({ headers }: CosResponse): { ETag: string } {
  return { ETag: headers.etag || '' }
}

/** Creates a parser of a document. The fields have COS's names; those in `lists` are always arrays. */
/* @__NO_SIDE_EFFECTS__ */
export function readDocument<Result>(root: string, ...lists: (keyof Result & string)[]) {
  return ({ xml }: CosResponse): ResultFields<Result> => {
    const content = xml(root)
    for (const name of lists) content[name] = asList<XmlElement>(content[name])
    // The type of the document, as COS documents it.
    return content as ResultFields<Result>
  }
}

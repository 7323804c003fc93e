import {
  type AnyOperation,
  FURTHER_ADVICE,
  type Operation,
  type Operations,
  operations,
  parseCopySource,
  postObject,
  putObject,
  type ResultMeta,
  withAdvice,
} from '@miniprogram-cos/protocol'
import {
  type AuthorizationParams,
  findOfficialUpload,
  officialUtil,
  staticAuthorization,
} from './compat'
import { type SliceCopyFileParams, sliceCopyFile } from './copy'
import type { Features } from './core'
import { type DownloadFileParams, type DownloadFileResult, downloadFile } from './download'
import type { Callback } from './events'
import type { COSOptions } from './options'
import { pick } from './pick'
import { type RequestParams, requestAny } from './request/any'
import { asCosError } from './request/errors'
import { execute } from './request/execute'
import {
  type AbortUploadTaskParams,
  type AbortUploadTaskResult,
  abortUploadTask,
} from './upload/abort'
import type { UploadWork } from './upload/task'
import { postFileWork, putContentWork } from './upload/uploadFile'
import { UploadCOS } from './uploadClient'
import { type GetObjectUrlParams, getObjectUrl } from './url'

/** A method that returns a promise, or takes a callback. */
export interface Method<P, Result> {
  (params: P): Promise<Result>
  (params: P, callback: Callback<Result>): void
}

type ParamsOf<O> = O extends Operation<infer P, infer _> ? P : never
type ResultOf<O> = O extends Operation<infer _, infer R> ? R & ResultMeta : never

/** What this client knows more than the one that only uploads. */
const FEATURES: Features = {
  advice: FURTHER_ADVICE,
  scopes: {
    prefix: ({ Prefix }) => [{ prefix: String(Prefix ?? '') }],
    listedObjects: ({ Objects }) =>
      (Array.isArray(Objects) ? Objects : []).map(({ Key }) => ({ prefix: String(Key) })),
    copySource({ CopySource }, _, { CopySourceParser }) {
      const { Bucket, Region, Key } = parseCopySource(String(CopySource ?? ''), CopySourceParser)
      return [pick({ bucket: Bucket, region: Region, prefix: Key })]
    },
  },
  resumeSources: [findOfficialUpload],
}

/** One method for each operation of the table. */
export type OperationMethods = {
  [Name in keyof Operations]: Method<ParamsOf<Operations[Name]>, ResultOf<Operations[Name]>>
}

// The operations become methods below, from the same table their types come from.
export interface COS extends OperationMethods {}

/**
 * A COS client for mini programs, with the methods of cos-wx-sdk-v5.
 *
 * @example
 * const cos = COS.cloud({ functionName: 'cos-credentials' })
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath, onProgress: ({ percent }) => {} })
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export class COS extends UploadCOS {
  /** Helpers that apps of cos-wx-sdk-v5 use: `md5`, `xml2json`, `json2xml`, `encodeBase64`. */
  static readonly util = officialUtil

  /**
   * Creates a client with explicit credentials. In mini programs prefer `COS.cloud`.
   * @throws CosError `KitInvalidOption`
   */
  constructor(options: COSOptions = {}) {
    super(options, FEATURES)
  }

  /** Aborts uploads in progress: one, all of a key, or all of the bucket. */
  abortUploadTask(params: AbortUploadTaskParams): Promise<AbortUploadTaskResult>
  abortUploadTask(params: AbortUploadTaskParams, callback: Callback<AbortUploadTaskResult>): void
  abortUploadTask(params: AbortUploadTaskParams, callback?: Callback<AbortUploadTaskResult>) {
    return this._run(abortUploadTask, params, callback)
  }

  /** Copies an object of any size within COS, its headers and metadata with it. */
  sliceCopyFile(params: SliceCopyFileParams): Promise<object>
  sliceCopyFile(params: SliceCopyFileParams, callback: Callback<object>): void
  sliceCopyFile(params: SliceCopyFileParams, callback?: Callback<object>) {
    return this._run(sliceCopyFile, params, callback)
  }

  /** Fetches an object to the phone, to a temporary file or to FilePath. */
  downloadFile(params: DownloadFileParams): Promise<DownloadFileResult>
  downloadFile(params: DownloadFileParams, callback: Callback<DownloadFileResult>): void
  downloadFile(params: DownloadFileParams, callback?: Callback<DownloadFileResult>) {
    return this._run(downloadFile, params, callback)
  }

  /** Any request to COS or to data processing, signed as the others are. */
  request(params: RequestParams): Promise<object>
  request(params: RequestParams, callback: Callback<object>): void
  request(params: RequestParams, callback?: Callback<object>) {
    return this._run(requestAny, params, callback)
  }

  /**
   * The Authorization of a request by the key pair of the options, or one that is given.
   * @example COS.getAuthorization({ SecretId, SecretKey, Method: 'GET', Key: 'a.txt' })
   */
  getAuth(params: AuthorizationParams): string {
    const { SecretId, SecretKey, SystemClockOffset } = this.options
    const own = pick({ SecretId, SecretKey, SystemClockOffset })
    return staticAuthorization({ ...own, ...params }, Date.now())
  }

  /** The Authorization of a request by a key pair, for `header.Authorization` or a URL. */
  static getAuthorization(params: AuthorizationParams): string {
    return staticAuthorization(params, Date.now())
  }

  /**
   * A signed URL of an object. As with cos-wx-sdk-v5 it is returned as text where it can be known at once:
   * with the key pair of the options, and with `Sign: false` for a bucket and region that are given. Where
   * a key has to be asked for (getAuthorization, getSTS, `COS.cloud`), a promise of it is returned. `await`
   * takes both. A callback gets it as `{ Url }` in any case.
   *
   * @throws CosError where a text is returned; a promise rejects with it
   * @example const url = await cos.getObjectUrl({ Key: 'photo.jpg', Expires: 600 })
   * @example const open = cos.getObjectUrl({ Bucket, Region, Key: 'logo.png', Sign: false })
   */
  getObjectUrl(params: GetObjectUrlParams & { Bucket: string; Region: string; Sign: false }): string
  getObjectUrl(params: GetObjectUrlParams): string | Promise<string>
  getObjectUrl(params: GetObjectUrlParams, callback: Callback<{ Url: string }>): string | undefined
  getObjectUrl(params: GetObjectUrlParams, callback?: Callback<{ Url: string }>) {
    let url: string | Promise<string>
    try {
      const complete = this._complete(params)
      url = isPromise(complete)
        ? complete.then((known) => getObjectUrl(this._core, known))
        : getObjectUrl(this._core, complete)
    } catch (error) {
      // Thrown where a text would be returned.
      const { getAuthorization, getSTS } = this.options
      const isPromised = (params?.Sign ?? true) && (getAuthorization ?? getSTS)
      if (!callback && !isPromised) throw withAdvice(asCosError(error), FURTHER_ADVICE)
      url = Promise.reject(error)
    }
    if (!callback) return typeof url === 'string' ? url : this._settle(url, undefined)
    void this._settle(
      Promise.resolve(url).then((Url) => ({ Url })),
      callback,
    )
    return typeof url === 'string' ? url : undefined
  }
}

/** Uploads of content, which run as tasks. */
const UPLOADS = new Map<AnyOperation, UploadWork>([
  [postObject, postFileWork],
  [putObject, putContentWork],
])

for (const [name, operation] of Object.entries<AnyOperation>(operations)) {
  const work = UPLOADS.get(operation)
  Object.defineProperty(COS.prototype, name, {
    // biome-ignore lint/suspicious/noExplicitAny: the params of any operation
    value(this: COS, params: any, callback?: Callback<object>) {
      // getService may be called with the callback alone.
      const isCallback = typeof params === 'function'
      const [given, onEnd] = isCallback ? [{}, params as Callback<object>] : [params, callback]
      if (work) return this._upload({ ...given }, work, onEnd)
      return this._run<object, object>(
        (core, all) => execute<object, object>(core, operation, all),
        given,
        onEnd,
        operation,
      )
    },
    writable: true,
    configurable: true,
  })
}

/** By what it can do: an app may have put another Promise in place of the runtime's. */
function isPromise<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return 'then' in value
}

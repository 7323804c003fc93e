import {
  type AnyOperation,
  FURTHER_ADVICE,
  type Operation,
  type Operations,
  operations,
  postObject,
  putObject,
  type ResultMeta,
  withAdvice,
} from '@miniprogram-cos/protocol'
import type { Callback } from './callback'
import { type SliceCopyFileParams, sliceCopyFile } from './copy/sliceCopyFile'
import type { Features } from './core'
import {
  type DownloadFileParams,
  type DownloadFileResult,
  downloadFile,
} from './download/downloadFile'
import { officialUtil } from './officialUtil'
import type { COSOptions } from './options'
import { pick } from './pick'
import { asCosError } from './request/failures'
import { FURTHER_SCOPES } from './request/furtherScopes'
import { type RequestParams, requestAny } from './request/requestAny'
import { type AuthorizationParams, staticAuthorization } from './request/staticAuthorization'
import {
  type AbortUploadTaskParams,
  type AbortUploadTaskResult,
  abortUploadTask,
} from './upload/abortUploadTask'
import { findOfficialUpload } from './upload/officialUploads'
import { postFileWork, putContentWork } from './upload/uploadFile'
import { UploadCOS } from './uploadCos'
import { type GetObjectUrlParams, getObjectUrl } from './url/getObjectUrl'

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
  scopes: FURTHER_SCOPES,
  finders: [findOfficialUpload],
}

/** One method for each row of the operation table. */
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

  /** Gives up uploads in progress: one, all of a key, or all of the bucket. */
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
    const own = pick(this.options, /^(Secret(Id|Key)|SystemClockOffset)$/)
    return staticAuthorization({ ...own, ...params } as AuthorizationParams, Date.now())
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
    const known = typeof url === 'string' ? url : undefined
    if (!callback) return known ?? this._settle(url as Promise<string>, undefined)
    void this._settle(
      Promise.resolve(url).then((Url) => ({ Url })),
      callback,
    )
    return known
  }
}

/** Uploads of content, which run as tasks. */
const WORKS = new Map<AnyOperation, typeof postFileWork>([
  [postObject, postFileWork],
  [putObject, putContentWork],
])

for (const [name, row] of Object.entries(operations) as [string, AnyOperation][]) {
  const work = WORKS.get(row)
  Object.defineProperty(COS.prototype, name, {
    value(this: COS, params: object | undefined, callback?: Callback<object>) {
      // getService may be called with the callback alone.
      if (typeof params === 'function') return this._perform(row, {}, params as typeof callback)
      if (work) return this._task({ ...params }, work, callback)
      return this._perform(row, params, callback)
    },
    writable: true,
    configurable: true,
  })
}

/** By what it can do: an app may have put another Promise in place of the runtime's. */
function isPromise<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return 'then' in value
}

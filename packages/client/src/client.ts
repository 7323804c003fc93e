import {
  type AnyOperation,
  FURTHER_ADVICE,
  type GetObjectParams,
  getObject,
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
import {
  type DownloadFileParams,
  type DownloadFileResult,
  downloadFile,
} from './download/downloadFile'
import { getObjectContent } from './download/getObjectContent'
import { dropUnfinished } from './download/record'
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
import { runAlone } from './upload/queue'
import type { TaskSteps, UploadWork } from './upload/task'
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

/** What this client has in addition to the upload-only client. */
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

  /** Copies an object of any size within COS, including its headers and metadata. */
  sliceCopyFile(params: SliceCopyFileParams): Promise<object>
  sliceCopyFile(params: SliceCopyFileParams, callback: Callback<object>): void
  sliceCopyFile(params: SliceCopyFileParams, callback?: Callback<object>) {
    return this._run(sliceCopyFile, params, callback)
  }

  /**
   * Downloads an object to a temporary file or to FilePath. With a FilePath it is a task: objects of 4 to 100 MiB
   * come in ranges, several at a time, and can be paused, resumed and cancelled. An interrupted download continues
   * where it was, also after a restart of the app, unless the object has changed.
   * @throws CosError `KitStorageFull` when WeChat has no room for the file, `KitDamagedDownload`
   * @example
   * const FilePath = `${wx.env.USER_DATA_PATH}/film.mp4`
   * await cos.downloadFile({ Key: 'film.mp4', FilePath, onProgress: ({ percent }) => {} })
   */
  downloadFile(params: DownloadFileParams): Promise<DownloadFileResult>
  downloadFile(params: DownloadFileParams, callback: Callback<DownloadFileResult>): void
  downloadFile(params: DownloadFileParams, callback?: Callback<DownloadFileResult>) {
    let given = { ...params }
    const steps: TaskSteps = {
      type: 'download',
      run: async (run) => {
        given = await this._complete(given)
        return downloadFile(this._core, given, run)
      },
      abort: async ({ download }) => download && dropUnfinished(download),
      onRestart: (end) => callback && this._settle(end, callback as Callback<object>),
    }
    const isTask = given.FilePath && !given.SkipTask
    const end = isTask ? this._tasks.add(given, steps) : runAlone(steps, given)
    return this._settle(end as Promise<DownloadFileResult>, callback)
  }

  /** Sends any signed request to COS or data processing. */
  request(params: RequestParams): Promise<object>
  request(params: RequestParams, callback: Callback<object>): void
  request(params: RequestParams, callback?: Callback<object>) {
    return this._run(requestAny, params, callback)
  }

  /**
   * Computes the Authorization of a request with the key pair of the options or of the params.
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
   * A signed URL of an object. As in cos-wx-sdk-v5, a string is returned if the URL can be computed synchronously:
   * with the key pair of the options, or with `Sign: false` and a given bucket and region. If a key has to be
   * requested (getAuthorization, getSTS, `COS.cloud`), a promise is returned; `await` works for both. A callback
   * always receives `{ Url }`.
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
        operation === getObject
          ? (core, all) => getObjectContent(core, all as GetObjectParams)
          : (core, all) => execute<object, object>(core, operation, all),
        given,
        onEnd,
        operation,
      )
    },
    writable: true,
    configurable: true,
  })
}

/** Duck-typed: an app may have replaced Promise. */
function isPromise<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return 'then' in value
}

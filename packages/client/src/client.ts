import { type Callback, settle } from './callbacks'
import {
  type AuthorizationParams,
  findOfficialUpload,
  type OfficialUtil,
  officialUtil,
  staticAuthorization,
} from './compat'
import { type SliceCopyFileParams, sliceCopyFile } from './copy'
import {
  abortDownload,
  type DownloadFileParams,
  type DownloadFileResult,
  downloadFile,
} from './download/downloadFile'
import { type RequestParams, readScope, sendCustomRequest } from './methods'
import { addOperationMethods, type OperationMethods } from './operationMethods'
import { type COSOptions, pick } from './options'
import type { ClientCore, Features } from './request/execute'
import { runAlone } from './tasks/queue'
import type { TaskSteps } from './tasks/task'
import type { TrashMethods } from './trash'
import {
  type AbortUploadTaskParams,
  type AbortUploadTaskResult,
  abortUploadTask,
} from './upload/abort'
import { UploadCOS } from './uploadClient'
import { type GetObjectUrlParams, objectUrl, resolvedUrl } from './url'
import { load } from './wx/files'

/** The storage key under which cos-wx-sdk-v5 keeps its unfinished uploads. */
const OFFICIAL_UPLOADS = 'cos_sdk_upload_cache'

/** The features of this client that the upload-only client lacks. */
const FEATURES: Features = {
  _readScope: readScope,
  _resumeSources: [
    async (upload) => {
      const stored = load(OFFICIAL_UPLOADS)
      return stored ? findOfficialUpload(upload, stored) : undefined
    },
  ],
}

// The methods of the operations are added to the prototype below: see operationMethods.ts.
export interface COS extends OperationMethods, TrashMethods {}

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
  static get util(): OfficialUtil {
    return officialUtil()
  }

  /**
   * Creates a client with explicit credentials. In mini programs prefer `COS.cloud`.
   * @throws CosError `KitInvalidOption`
   * @example new COS({ Bucket, Region, getAuthorization: ({ Scope }) => fetchKeyFromMyServer(Scope) })
   */
  constructor(options: COSOptions = {}) {
    super(options, FEATURES)
  }

  /**
   * Aborts multipart uploads in progress and frees their parts: one upload, all uploads of a key, or all uploads of
   * the bucket. An upload that cannot be aborted is reported in `errorList`.
   * @throws CosError `KitMissingParam`, `KitInvalidParam`, or the failure to list the uploads
   * @example const { successList } = await cos.abortUploadTask({ Level: 'file', Key: 'film.mp4' })
   */
  abortUploadTask(params: AbortUploadTaskParams): Promise<AbortUploadTaskResult>
  abortUploadTask(params: AbortUploadTaskParams, callback: Callback<AbortUploadTaskResult>): void
  abortUploadTask(params: AbortUploadTaskParams, callback?: Callback<AbortUploadTaskResult>) {
    return this._run(abortUploadTask, params, callback)
  }

  /**
   * Copies an object within COS, including its headers and metadata. Objects larger than CopySliceSize are copied in
   * parts.
   * @throws CosError `InvalidObjectState` if the source is archived and has not been restored
   * @example
   * const CopySource = 'bucket-1250000000.cos.ap-guangzhou.myqcloud.com/a.mp4'
   * await cos.sliceCopyFile({ Key: 'b.mp4', CopySource })
   */
  sliceCopyFile(params: SliceCopyFileParams): Promise<object>
  sliceCopyFile(params: SliceCopyFileParams, callback: Callback<object>): void
  sliceCopyFile(params: SliceCopyFileParams, callback?: Callback<object>) {
    return this._run(sliceCopyFile, params, callback)
  }

  /**
   * Downloads an object to a temporary file or to FilePath. With a FilePath the download is a task that can be paused,
   * resumed and cancelled, and objects of 4 to 100 MiB are fetched in concurrent ranges. An interrupted download of
   * that kind resumes where it stopped, even after the app has restarted, unless the object has changed.
   * @throws CosError `KitStorageFull` when WeChat has no room for the file, `KitDamagedDownload`
   * @example
   * const FilePath = `${wx.env.USER_DATA_PATH}/film.mp4`
   * await cos.downloadFile({ Key: 'film.mp4', FilePath, onProgress: ({ percent }) => {} })
   */
  downloadFile(params: DownloadFileParams): Promise<DownloadFileResult>
  downloadFile(params: DownloadFileParams, callback: Callback<DownloadFileResult>): void
  downloadFile(params: DownloadFileParams, callback?: Callback<DownloadFileResult>) {
    let completed = { ...params }
    const steps: TaskSteps = {
      type: 'download',
      run: async (run) => {
        completed = await this._complete(completed)
        return downloadFile(this._core, completed, run)
      },
      abort: abortDownload,
      _onRestart: (end) => callback && settle(end, callback as Callback<object>),
    }
    const isTask = completed.FilePath && !completed.SkipTask
    const end = isTask ? this._tasks.add(completed, steps) : runAlone(steps, completed)
    return settle(end as Promise<DownloadFileResult>, callback)
  }

  /**
   * Sends a signed request to an API of COS or of data processing for which the client has no method.
   * @throws CosError
   * @example const cors = await cos.request({ Method: 'GET', Action: 'cors' })
   */
  request(params: RequestParams): Promise<object>
  request(params: RequestParams, callback: Callback<object>): void
  request(params: RequestParams, callback?: Callback<object>) {
    return this._run(sendCustomRequest, params, callback)
  }

  /**
   * Computes the Authorization of a request with the key pair of the options or of the params.
   * @throws CosError `KitMissingParam` without a key pair
   * @example cos.getAuth({ Method: 'GET', Key: 'a.txt' })
   */
  getAuth(params: AuthorizationParams): string {
    const keyPair = pick(this.options, /^(SecretId|SecretKey|SystemClockOffset)$/)
    return staticAuthorization({ ...keyPair, ...params })
  }

  /**
   * Computes the Authorization of a request with a key pair, for the header `Authorization` or a URL. For tools and
   * tests: a mini program must not contain a key pair.
   * @throws CosError `KitMissingParam` without a key pair
   * @example COS.getAuthorization({ SecretId, SecretKey, Method: 'GET', Key: 'a.txt' })
   */
  static getAuthorization(params: AuthorizationParams): string {
    return staticAuthorization(params)
  }

  /**
   * Returns a signed URL of an object. As in cos-wx-sdk-v5, a string is returned if the URL can be computed synchronously:
   * with the key pair of the options, or with `Sign: false` and a given bucket and region. If a key has to be
   * requested (getAuthorization, getSTS, `COS.cloud`), a promise is returned; `await` works for both. A callback
   * always receives `{ Url }`.
   *
   * @throws CosError synchronously where a string would be returned; otherwise the promise rejects with it
   * @example const url = await cos.getObjectUrl({ Key: 'photo.jpg', Expires: 600 })
   * @example const open = cos.getObjectUrl({ Bucket, Region, Key: 'logo.png', Sign: false })
   */
  getObjectUrl(params: GetObjectUrlParams & { Bucket: string; Region: string; Sign: false }): string
  getObjectUrl(params: GetObjectUrlParams): string | Promise<string>
  getObjectUrl(params: GetObjectUrlParams, callback: Callback<{ Url: string }>): string | undefined
  getObjectUrl(params: GetObjectUrlParams, callback?: Callback<{ Url: string }>) {
    const url = objectUrl(this, params, callback !== undefined)
    if (!callback) return typeof url === 'string' ? url : settle(url, undefined)
    void settle(
      Promise.resolve(url).then((Url) => ({ Url })),
      callback,
    )
    return typeof url === 'string' ? url : undefined
  }

  /**
   * The URL of a file by either name, for `<image src>` and the like: of an object by its key, of a file in `wx.cloud`
   * storage by its fileID (`cloud://…`). For apps whose files move from there, see `miniprogram-cos migrate`.
   *
   * @returns a signed URL that is valid for two hours, or as long as the key or signature of the caller
   * @throws CosError `KitFileUnreadable` when `wx.cloud` has no such file or refuses it; else as `getObjectUrl`
   * @example const src = await cos.resolve('cloud://env.bucket/photo.jpg')
   */
  resolve(fileIDOrKey: string): Promise<string> {
    return resolvedUrl(this, fileIDOrKey)
  }

  /** @internal Runs a step with the client's core and the completed params. */
  _run<P extends object, Result>(
    run: (core: ClientCore, params: P) => Result | Promise<Result>,
    params: P | undefined,
    callback?: Callback<Result>,
    isOfService?: boolean,
  ): Promise<Result> | undefined {
    // Without params, the method fails with the first missing param.
    const callParams = { ...params } as P
    const complete = async () => (isOfService ? callParams : this._complete(callParams))
    const done = async () => run(this._core, await complete())
    return settle(done(), callback)
  }
}

addOperationMethods(COS.prototype, COS)

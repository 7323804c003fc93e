import {
  type AbortSignalLike,
  type CallParams,
  CosError,
  type Operation,
  type OperationName,
  type Operations,
  operations,
  type ResultMeta,
} from '@miniprogram-cos/protocol'
import { type CallerPlace, CloudCredentials, type CloudOptions } from './cloud/cloudCredentials'
import { type SliceCopyFileParams, sliceCopyFile } from './copy/sliceCopyFile'
import { Credentials } from './credentials/credentials'
import {
  type DownloadFileParams,
  type DownloadFileResult,
  downloadFile,
} from './download/downloadFile'
import { Emitter } from './events/emitter'
import { type COSOptions, type ResolvedOptions, resolveOptions } from './options'
import type { Platform } from './platform'
import { asCosError, type ClientCore, perform } from './request/perform'
import type { Params } from './request/prepare'
import { type RequestParams, requestAny } from './request/requestAny'
import { type AuthorizationParams, staticAuthorization } from './request/staticAuthorization'
import type { TaskInfo, TaskMemo, TaskWork } from './tasks/task'
import { TaskQueue } from './tasks/taskQueue'
import { officialUtil } from './text/officialUtil'
import {
  type AbortUploadTaskParams,
  type AbortUploadTaskResult,
  abortUploadTask,
} from './upload/abortUploadTask'
import {
  postFileWork,
  putContentWork,
  sliceUploadWork,
  type UploadFileParams,
  type UploadFileResult,
  uploadFileWork,
} from './upload/uploadFile'
import { type UploadFilesParams, type UploadFilesResult, uploadFiles } from './upload/uploadFiles'
import { type GetObjectUrlParams, getObjectUrl } from './url/getObjectUrl'
import { wxPlatform } from './wx/wxPlatform'

/** `(error, result)`, as cos-wx-sdk-v5 calls back. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** A method that returns a promise, or takes a callback. */
export interface Method<P, Result> {
  (params: P): Promise<Result>
  (params: P, callback: Callback<Result>): void
}

type ParamsOf<O> = O extends Operation<infer P, infer _> ? P : never
type ResultOf<O> = O extends Operation<infer _, infer R> ? R & ResultMeta : never

/** One method for each row of the operation table. */
export type OperationMethods = {
  [Name in keyof Operations]: Method<ParamsOf<Operations[Name]>, ResultOf<Operations[Name]>>
}

/** Operations whose Prefix defaults to the caller's own folder. */
const LISTS = new Set<OperationName>(['getBucket', 'multipartList', 'listObjectVersions'])

export interface CloudCOSOptions extends COSOptions, CloudOptions {}

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
export class COS {
  static readonly version: string = '0.1.0'

  /** Helpers that apps of cos-wx-sdk-v5 use: `md5`, `xml2json`, `json2xml`, `encodeBase64`. */
  static readonly util = officialUtil

  /** All options, defaults filled in; read at each use. */
  readonly options: ResolvedOptions
  readonly #core: ClientCore
  readonly #events = new Emitter()
  readonly #tasks: TaskQueue
  #cloud: CloudCredentials | undefined

  /** @throws CosError `KitInvalidOption` */
  constructor(options: COSOptions = {}, platform: Platform = wxPlatform) {
    this.options = resolveOptions(options)
    if (this.options.ForcePathStyle) {
      platform.warn('ForcePathStyle: COS refuses it for buckets created since 2024-01-01')
    }
    const credentials = new Credentials(this.options, platform, this)
    this.#core = { options: this.options, platform, credentials, events: this.#events }
    this.#tasks = new TaskQueue(this.options, platform, this.#events)
  }

  /**
   * A client whose keys come from a cloud function that knows the caller by OPENID. Bucket and Region
   * come with the first key, and lists begin in the caller's own folder.
   */
  static cloud(options: CloudCOSOptions = {}, platform: Platform = wxPlatform): COS {
    const { functionName, env, ...rest } = options
    const cloud = new CloudCredentials(platform, {
      ...(functionName ? { functionName } : {}),
      ...(env ? { env } : {}),
    })
    const cos = new COS({ ...rest, getAuthorization: cloud.getAuthorization }, platform)
    cos.#cloud = cloud
    return cos
  }

  /**
   * Where the caller's files are. Asks the cloud function on first use.
   * @throws CosError kind `credentials`, or `KitNotCloud` for a client not made by `COS.cloud`
   */
  async caller(): Promise<CallerPlace> {
    if (!this.#cloud) {
      throw new CosError({
        kind: 'argument',
        code: 'KitNotCloud',
        message: 'caller() needs a client made by COS.cloud',
      })
    }
    if (!this.#cloud.place) {
      await this.#core.credentials.get({
        Bucket: '',
        Region: '',
        Method: 'GET',
        Key: '',
        Pathname: '/',
        Query: {},
        Headers: {},
        Scope: [],
        SystemClockOffset: this.options.SystemClockOffset,
      })
    }
    const { place } = this.#cloud
    if (place) return place
    throw new CosError({
      kind: 'credentials',
      code: 'KitFunctionAnswer',
      message: 'the cloud function does not say which bucket and region its key is for',
    })
  }

  /** Uploads a local file, in parts when it is larger than SliceSize. */
  uploadFile(params: UploadFileParams): Promise<UploadFileResult>
  uploadFile(params: UploadFileParams, callback: Callback<UploadFileResult>): void
  uploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    const run = this.#task({ ...params }, uploadFileWork)
    return settle(run as Promise<UploadFileResult>, callback)
  }

  /** Uploads a local file in parts, whatever its size. */
  sliceUploadFile(params: UploadFileParams): Promise<UploadFileResult>
  sliceUploadFile(params: UploadFileParams, callback: Callback<UploadFileResult>): void
  sliceUploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    const run = this.#task({ ...params }, sliceUploadWork)
    return settle(run as Promise<UploadFileResult>, callback)
  }

  /** Uploads many files; resolves when all have ended, with the outcome of each. */
  uploadFiles(params: UploadFilesParams): Promise<UploadFilesResult>
  uploadFiles(params: UploadFilesParams, callback: Callback<UploadFilesResult>): void
  uploadFiles(params: UploadFilesParams, callback?: Callback<UploadFilesResult>) {
    const upload = (file: Params) =>
      settle(this.#task(file, uploadFileWork), undefined) as Promise<object>
    return settle(uploadFiles(params ?? {}, upload), callback)
  }

  /** Gives up uploads in progress: one, all of a key, or all of the bucket. */
  abortUploadTask(params: AbortUploadTaskParams): Promise<AbortUploadTaskResult>
  abortUploadTask(params: AbortUploadTaskParams, callback: Callback<AbortUploadTaskResult>): void
  abortUploadTask(params: AbortUploadTaskParams, callback?: Callback<AbortUploadTaskResult>) {
    const run = async () => abortUploadTask(this.#core, await this.#complete({ ...params }))
    return settle(run(), callback)
  }

  /** Copies an object of any size within COS, its headers and metadata with it. */
  sliceCopyFile(params: SliceCopyFileParams): Promise<object>
  sliceCopyFile(params: SliceCopyFileParams, callback: Callback<object>): void
  sliceCopyFile(params: SliceCopyFileParams, callback?: Callback<object>) {
    const run = async () => sliceCopyFile(this.#core, await this.#complete({ ...params }))
    return settle(run(), callback)
  }

  /** Fetches an object to the phone, to a temporary file or to FilePath. */
  downloadFile(params: DownloadFileParams): Promise<DownloadFileResult>
  downloadFile(params: DownloadFileParams, callback: Callback<DownloadFileResult>): void
  downloadFile(params: DownloadFileParams, callback?: Callback<DownloadFileResult>) {
    const run = async () => downloadFile(this.#core, await this.#complete({ ...params }))
    return settle(run(), callback)
  }

  /** Any request to COS or to data processing, signed as the others are. */
  request(params: RequestParams): Promise<object>
  request(params: RequestParams, callback: Callback<object>): void
  request(params: RequestParams, callback?: Callback<object>) {
    const run = async () => requestAny(this.#core, await this.#complete({ ...params }))
    return settle(run(), callback)
  }

  /** The uploads of this client, in the order they were added. */
  getTaskList(): TaskInfo[] {
    return this.#tasks.list()
  }

  /** Whether an upload runs or waits for its turn. */
  isUploadRunning(): boolean {
    return this.#tasks.isRunning()
  }

  /** Stops an upload where it is; its promise waits. */
  pauseTask(id: string): void {
    this.#tasks.pause(id)
  }

  /** Goes on with a paused upload, or tries a failed one again. */
  restartTask(id: string): void {
    this.#tasks.restart(id)
  }

  /** Gives an upload up: its promise rejects, its parts are freed on the server. */
  cancelTask(id: string): void {
    this.#tasks.cancel(id)
  }

  /**
   * Listens to `list-update` (`{ list }` of tasks, also called `task-list-update`) and to `before-send`
   * (`{ method, url, headers, body }` of each request; headers may be added).
   */
  on(name: string, listener: (event: never) => void): void {
    this.#events.on(name, listener)
  }

  /** Stops listening; without a listener, all of the name. */
  off(name: string, listener?: (event: never) => void): void {
    this.#events.off(name, listener)
  }

  /** Tells the listeners of a name. */
  emit(name: string, event?: unknown): void {
    this.#events.emit(name, event)
  }

  /**
   * The Authorization of a request by the key pair of the options, or one that is given.
   * @example COS.getAuthorization({ SecretId, SecretKey, Method: 'GET', Key: 'a.txt' })
   */
  getAuth(params: AuthorizationParams): string {
    const { SecretId, SecretKey, SystemClockOffset } = this.options
    const key = {
      ...(SecretId ? { SecretId } : {}),
      ...(SecretKey ? { SecretKey } : {}),
    }
    return staticAuthorization({ ...key, SystemClockOffset, ...params }, this.#core.platform.now())
  }

  /** The Authorization of a request by a key pair, for `header.Authorization` or a URL. */
  static getAuthorization(params: AuthorizationParams): string {
    return staticAuthorization(params, wxPlatform.now())
  }

  /**
   * A signed URL of an object. With a callback it is passed as `{ Url }`, as cos-wx-sdk-v5 does.
   * @throws CosError
   */
  getObjectUrl(params: GetObjectUrlParams): Promise<string>
  getObjectUrl(params: GetObjectUrlParams, callback: Callback<{ Url: string }>): void
  getObjectUrl(params: GetObjectUrlParams, callback?: Callback<{ Url: string }>) {
    const run = async () => getObjectUrl(this.#core, await this.#complete(params))
    if (!callback) return settle(run(), undefined)
    return settle(
      run().then((Url) => ({ Url })),
      callback,
    )
  }

  /** @internal One operation of the table. */
  async _perform(name: OperationName, params: Params): Promise<object> {
    if (name === 'postObject') return this.#task(params, postFileWork)
    if (name === 'putObject') return this.#task(params, putContentWork)
    return perform(this.#core, name, await this.#complete(params, name))
  }

  /** Queues an upload; with SkipTask it runs at once, and is in no list. */
  #task(given: Params, work: (core: ClientCore, params: Params) => TaskWork): Promise<object> {
    let made: TaskWork | undefined
    const task: TaskWork = {
      run: async (run) => {
        const { onTaskReady: _, onTaskStart: __, ...params } = await this.#complete(given)
        made = work(this.#core, params)
        return made.run(run)
      },
      abandon: async (memo) => made?.abandon(memo),
    }
    return given.SkipTask ? runAlone(task, given) : this.#tasks.add(given, task)
  }

  /** The params with what the cloud function knows: bucket, region, and the folder of a list. */
  async #complete(given: CallParams, name?: OperationName): Promise<Params> {
    const params: Params = { ...given }
    const { Bucket, Region } = this.options
    const isList = name !== undefined && LISTS.has(name)
    const lacksPlace = !(params.Bucket ?? Bucket) || !(params.Region ?? Region)
    const lacksPrefix = isList && params.Prefix === undefined
    if (!this.#cloud || name === 'getService' || !(lacksPlace || lacksPrefix)) return params
    const place = await this.caller()
    params.Bucket ??= Bucket ?? place.Bucket
    params.Region ??= Region ?? place.Region
    if (isList) params.Prefix ??= place.prefix
    return params
  }
}

for (const name of Object.keys(operations) as OperationName[]) {
  Object.defineProperty(COS.prototype, name, {
    value(this: COS, params: unknown, callback?: Callback<object>) {
      // getService may be called with the callback alone.
      const [given, back] = typeof params === 'function' ? [{}, params] : [params ?? {}, callback]
      return settle(this._perform(name, given as Params), back as Callback<object> | undefined)
    },
    writable: true,
    configurable: true,
  })
}

/** An upload outside of the queue. */
async function runAlone(work: TaskWork, params: Params): Promise<object> {
  const memo: TaskMemo = {}
  const signal = (params.signal as AbortSignalLike | undefined) ?? NEVER
  try {
    return await work.run({ signal, memo, begin() {}, progress() {} })
  } catch (error) {
    if (signal.aborted) await work.abandon(memo)
    throw error
  }
}

const NEVER: AbortSignalLike = {
  aborted: false,
  addEventListener() {},
  removeEventListener() {},
}

/** A promise without a callback; with one, its outcome is passed there and nothing is returned. */
function settle<T>(promise: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined {
  const settled = promise.catch((error: unknown) => {
    throw asCosError(error)
  })
  if (!callback) return settled
  settled.then((result) => callback(null, result), callback)
  return undefined
}

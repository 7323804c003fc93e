import { argumentError, type UsageResponse } from '@miniprogram-cos/protocol'
import { type Callback, Emitter, settle, withCosError } from './callbacks'
import { createCredentialCache } from './credentials/cache'
import { callbackProvider } from './credentials/callback'
import { type CallFunction, type HttpOptions, viaCloud, viaHttp } from './credentials/callFunction'
import {
  type CallerInfo,
  type CloudOptions,
  type FunctionOptions,
  type FunctionProvider,
  functionProvider,
} from './credentials/functionProvider'
import { fixedProvider } from './credentials/provider'
import { type COSOptions, type ResolvedOptions, resolveOptions } from './options'
import type { ClientCore, Features } from './request/execute'
import { runAlone, TaskQueue } from './tasks/queue'
import type { TaskInfo, TaskSteps, Uploader, UploadTaskParams } from './tasks/task'
import { abortUpload } from './upload/multipart'
import {
  type StartUpload,
  sendFile,
  sendInParts,
  type UploadFileParams,
  type UploadFileResult,
  type UploadFilesParams,
  type UploadFilesResult,
  uploadFile,
  uploadFiles,
} from './upload/uploadFile'

declare const console: { warn(message: string): void }

export interface CloudCOSOptions extends COSOptions, CloudOptions {}

export interface HttpCOSOptions extends COSOptions, FunctionOptions, HttpOptions {}

const defaultFunction = ({ mode }: FunctionOptions): string =>
  mode === 'signature' ? 'cos-signature' : 'cos-credentials'

/** Creates a client that gets keys or signatures from a function of this kit. */
function createWith<Client extends UploadCOS>(
  Client: new (options: COSOptions) => Client,
  call: CallFunction,
  options: COSOptions & FunctionOptions,
): Client {
  const provider = functionProvider(call, options)
  const { mode: _, ...rest } = options
  // The key of a form is in its body, which is not signed.
  const defaults: COSOptions = provider._signs ? { SimpleUploadMethod: 'putObject' } : {}
  const cos = new Client({ ...defaults, ...rest })
  cos._provider = provider
  return cos
}

/**
 * A COS client that only uploads: the export `COS` of `miniprogram-cos/upload`.
 *
 * @example
 * const COS = require('miniprogram-cos/upload')
 * const cos = COS.cloud()
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath })
 */
export class UploadCOS {
  /** Version of this package. */
  static readonly version: string = '0.1.0'

  /** All options with defaults filled in. They are read at each use, so that changes have effect. */
  readonly options: ResolvedOptions
  /** @internal */
  readonly _core: ClientCore
  /** @internal */
  readonly _tasks: TaskQueue
  /** @internal */
  _provider: FunctionProvider | undefined

  /**
   * Creates a client with explicit credentials. In mini programs prefer `COS.cloud`.
   * @throws CosError `KitInvalidOption`
   * @example new COS({ Bucket, Region, getAuthorization: ({ Scope }) => fetchKeyFromMyServer(Scope) })
   */
  constructor(options?: COSOptions)
  /** @internal */
  constructor(options: COSOptions | undefined, features: Features)
  constructor(
    options: CloudCOSOptions = {},
    features: Features = { _readScope: () => [{}], _resumeSources: [] },
  ) {
    const resolved = resolveOptions(options)
    this.options = resolved
    if (resolved.ForcePathStyle) {
      console.warn(
        'miniprogram-cos: ForcePathStyle works only with buckets created before 2024-01-01',
      )
    }
    const events = new Emitter()
    this._tasks = new TaskQueue(resolved, events)
    const callback = callbackProvider(resolved, this)
    const fixed = fixedProvider(resolved)
    const currentProvider = () =>
      this._provider || (resolved.getAuthorization || resolved.getSTS ? callback : fixed)
    const queue = () => this._tasks.next()
    const isScoped = options.ScopeLimit === true
    const credentials = createCredentialCache(resolved, currentProvider, queue, isScoped)
    this._core = {
      options: resolved,
      _credentials: credentials,
      _events: events,
      _features: features,
    }
  }

  /**
   * Creates a client that gets keys from a cloud function, which identifies the caller by OPENID. Bucket and Region come
   * with the first key, and lists default to the caller's own folder.
   * @throws CosError `KitInvalidOption`
   * @example const cos = COS.cloud({ functionName: 'cos-credentials' })
   */
  static cloud<Client extends UploadCOS>(
    this: new (
      options: COSOptions,
    ) => Client,
    options: CloudCOSOptions = {},
  ): Client {
    const { functionName, env, ...rest } = options
    const call = viaCloud(functionName || defaultFunction(rest), env)
    // biome-ignore lint/complexity/noThisInStatic: the class that is called, which may be the full client
    return createWith(this, call, rest)
  }

  /**
   * Creates a client that gets keys from a key server without CloudBase: `createKeyServer` of the server package, or
   * another server with the contract of the cloud functions. Its host must be among the request domains of the mini
   * program. Everything else is as with `COS.cloud`.
   * @throws CosError `KitInvalidOption`
   * @example COS.http({ url: 'https://api.example.com/cos', headers: () => ({ Authorization: token }) })
   */
  static http<Client extends UploadCOS>(
    this: new (
      options: COSOptions,
    ) => Client,
    options: HttpCOSOptions,
  ): Client {
    const { url, headers, ...rest } = options
    // biome-ignore lint/complexity/noThisInStatic: as in `cloud`
    return createWith(this, viaHttp({ url, headers }, defaultFunction(rest)), rest)
  }

  /**
   * Returns the bucket, region and folder of the caller. Calls the cloud function on first use.
   * @throws CosError kind `credentials`, or `KitNotCloud` for a client not created by `COS.cloud` or `COS.http`
   * @example const { prefix } = await cos.caller()
   */
  caller(): Promise<CallerInfo> {
    return withCosError(this._caller())
  }

  /**
   * Returns the usage and the limits of a folder whose access rule has a `quota` or `maxFiles`. Permitted uploads count
   * until their permission expires.
   *
   * @param path the folder, with a trailing slash; by default the caller's first folder with a quota
   * @throws CosError kind `credentials`: `KitPathRefused` if the folder is not the caller's or has no quota
   * @example const { used, quota } = await cos.usage()
   */
  usage(path?: string): Promise<UsageResponse> {
    // The response to this event.
    const call = async () =>
      (await this._requireProvider('usage')._call({ usage: { path } })) as UsageResponse
    return withCosError(call())
  }

  /** @internal @throws CosError `KitNotCloud` */
  _requireProvider(method: string): FunctionProvider {
    if (this._provider) return this._provider
    throw argumentError('KitNotCloud', `${method}() needs COS.cloud or COS.http`)
  }

  /** @internal */
  async _caller(): Promise<CallerInfo> {
    return this._requireProvider('caller')._getCaller(this._core._credentials)
  }

  /**
   * Uploads a local file: in one request, or in parts if it is larger than SliceSize. An upload in parts that was
   * interrupted is resumed if the file has not changed, even after the app has restarted.
   * @typeParam Confirm the type that the `onUpload` of the path returns
   * @throws CosError
   * @example
   * const { confirm } = await cos.uploadFile<{ recorded: string }>({ Key, FilePath })
   */
  uploadFile<Confirm = unknown>(params: UploadFileParams): Promise<UploadFileResult<Confirm>>
  uploadFile<Confirm = unknown>(
    params: UploadFileParams,
    callback: Callback<UploadFileResult<Confirm>>,
  ): void
  uploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    // Like onFileFinish, called again if the task is restarted after a failure.
    const onEnd = callback as UploadFilesParams['onFileFinish']
    const done = uploadFile(params || {}, 0, this._startUpload, onEnd)
    if (callback) return undefined
    return done.then(({ error, data }) => {
      if (error) throw error
      return data
    })
  }

  /**
   * Uploads a local file in parts, even a small one. Otherwise like uploadFile.
   * @throws CosError
   * @example await cos.sliceUploadFile({ Key, FilePath, ChunkSize: 4 * 1024 * 1024 })
   */
  sliceUploadFile(params: UploadFileParams): Promise<UploadFileResult>
  sliceUploadFile(params: UploadFileParams, callback: Callback<UploadFileResult>): void
  sliceUploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    return this._upload({ ...params }, sendInParts, callback as Callback<object>)
  }

  /**
   * Uploads several files. Resolves when all uploads have ended, with the outcome of each; a failed file does not reject
   * the promise.
   * @throws CosError `KitMissingParam` without `files`
   * @example const { files } = await cos.uploadFiles({ files: [{ Key, FilePath }] })
   */
  uploadFiles(params: UploadFilesParams): Promise<UploadFilesResult>
  uploadFiles(params: UploadFilesParams, callback: Callback<UploadFilesResult>): void
  uploadFiles(params: UploadFilesParams, callback?: Callback<UploadFilesResult>) {
    return settle(uploadFiles(params || {}, this._startUpload), callback)
  }

  /**
   * Returns the uploads of this client, and its downloads to a FilePath, in the order they were added. Finished tasks
   * above UploadQueueSize are dropped.
   */
  getTaskList(): TaskInfo[] {
    return this._tasks.list()
  }

  /** Whether an upload runs or waits for its turn. */
  isUploadRunning(): boolean {
    return this._tasks._isRunning()
  }

  /** Pauses a task; its promise stays pending. */
  pauseTask(id: string): void {
    const task = this._tasks.get(id)
    if (task) task.pause()
  }

  /**
   * Resumes a paused task, or restarts a failed one. The promise of the original call settles only once; the outcome of a
   * restart is the promise returned here, which may be ignored. The callback and onFileFinish are called again, as in
   * cos-wx-sdk-v5.
   *
   * @returns the outcome of the task; undefined if there is no such task, or it is neither paused nor failed
   */
  restartTask(id: string): Promise<object> | undefined {
    const task = this._tasks.get(id)
    return task && task.restart()
  }

  /** Cancels a task: its promise rejects with kind `abort`, and the parts on the server are freed. */
  cancelTask(id: string): void {
    const task = this._tasks.get(id)
    if (task) task.cancel()
  }

  /**
   * Adds a listener of an event. `list-update` (also called `task-list-update`) passes `{ list }`, the tasks. Successive
   * changes are combined into one event; for very long lists there is at most one event per 500 ms. `before-send` passes
   * `{ method, url, headers, body, filePath }` of each request. Listeners may modify these fields, but nothing that is
   * signed. An error thrown by a listener or a callback is reported by `console.error` and has no other effect.
   * @example cos.on('list-update', ({ list }: { list: TaskInfo[] }) => page.setData({ list }))
   */
  on(name: string, listener: (event: never) => void): void {
    this._core._events.on(name, listener)
  }

  /** Removes a listener, or all listeners of the event. */
  off(name: string, listener?: (event: never) => void): void {
    this._core._events.off(name, listener)
  }

  /** Calls the listeners of an event. */
  emit(name: string, event?: unknown): void {
    this._core._events.emit(name, event)
  }

  /** @internal */
  readonly _startUpload: StartUpload = (params, callback) =>
    this._upload(params, sendFile, callback)

  /** @internal Queues an upload. With SkipTask it starts immediately, outside the task list. */
  _upload(
    callParams: UploadTaskParams,
    work: Uploader,
    callback: Callback<object> | undefined,
  ): Promise<object> | undefined {
    let params = callParams
    const steps: TaskSteps = {
      run: async (run) => {
        params = await this._complete(callParams)
        const result = await work(this._core, params, run)
        return this._provider ? this._provider._confirm(params.Key, result) : result
      },
      abort: async (memo) => {
        if (memo.UploadId) await abortUpload(this._core, params, memo)
      },
      _onRestart: (end) => callback && settle(end, callback),
    }
    const end = callParams.SkipTask
      ? runAlone(steps, callParams)
      : this._tasks.add(callParams, steps)
    return settle(end, callback)
  }

  /**
   * @internal Completes the params with the bucket and region of the caller. Returns a promise if the cloud function has to
   * be called.
   */
  _complete<P extends object>(callParams: P): P | Promise<P> {
    const params: P & { Bucket?: unknown; Region?: unknown } = { ...callParams }
    const { Bucket, Region } = this.options
    const isComplete = (params.Bucket || Bucket) && (params.Region || Region)
    if (!this._provider || isComplete) return params
    return this._caller().then((caller) => {
      params.Bucket = params.Bucket || Bucket || caller.Bucket
      params.Region = params.Region || Region || caller.Region
      return params
    })
  }
}

import {
  type AnyOperation,
  argumentError,
  cosError,
  type UsageResponse,
} from '@miniprogram-cos/protocol'
import { createCredentialCache } from './credentials/cache'
import { callbackProvider } from './credentials/callback'
import {
  type CallerPlace,
  type CloudCredentials,
  type CloudOptions,
  cloudCredentials,
  type FunctionOptions,
} from './credentials/cloud'
import {
  cloudFunction,
  type FunctionCall,
  type HttpOptions,
  httpFunction,
} from './credentials/function'
import { type Callback, Emitter, settle, withCosError } from './events'
import { loadUploads } from './lazy/uploads'
import { type COSOptions, type ResolvedOptions, resolveOptions } from './options'
import type { ClientCore, Features } from './request/execute'
import { runAlone, TaskQueue } from './upload/queue'
import type { TaskInfo, TaskSteps, UploadTaskParams, UploadWork } from './upload/task'
import {
  type StartUpload,
  sliceUploadWork,
  type UploadFileParams,
  type UploadFileResult,
  type UploadFilesParams,
  type UploadFilesResult,
  uploadFile,
  uploadFiles,
  uploadFileWork,
} from './upload/uploadFile'

declare const console: { warn(message: string): void }

export interface CloudCOSOptions extends COSOptions, CloudOptions {}

export interface HttpCOSOptions extends COSOptions, FunctionOptions, HttpOptions {}

const functionFor = ({ mode }: FunctionOptions): string =>
  mode === 'signature' ? 'cos-signature' : 'cos-credentials'

/** A client that gets keys or signatures by calling a function of this kit. */
function createWith<Client extends UploadCOS>(
  Client: new (options: COSOptions) => Client,
  call: FunctionCall,
  options: COSOptions & FunctionOptions,
): Client {
  const cloud = cloudCredentials(call, options)
  const { mode: _, ...rest } = options
  // A form's key stands in its body, which nobody signs.
  const defaults: COSOptions = cloud.signs ? { SimpleUploadMethod: 'putObject' } : {}
  const own = { getAuthorization: cloud.getAuthorization }
  const cos = new Client({ ...defaults, ...rest, ...own })
  cos._cloud = cloud
  return cos
}

/**
 * A COS client that uploads, and nothing else: what `miniprogram-cos/upload` exports as `COS`.
 *
 * @example
 * const COS = require('miniprogram-cos/upload')
 * const cos = COS.cloud()
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath })
 */
export class UploadCOS {
  /** Of this package. */
  static readonly version: string = '0.2.0'

  /** All options, defaults filled in; read at each use. */
  readonly options: ResolvedOptions
  /** @internal */
  readonly _core: ClientCore
  /** @internal */
  readonly _tasks: TaskQueue
  /** @internal */
  _cloud: CloudCredentials | undefined

  /**
   * Creates a client with explicit credentials. In mini programs prefer `COS.cloud`.
   * @throws CosError `KitInvalidOption`
   */
  constructor(options?: COSOptions)
  /** @internal */
  constructor(options: COSOptions | undefined, features: Features)
  constructor(
    options: CloudCOSOptions = {},
    features: Features = { scopes: {}, resumeSources: [] },
  ) {
    this.options = resolveOptions(options)
    if (this.options.ForcePathStyle) {
      console.warn('miniprogram-cos: ForcePathStyle needs a bucket from before 2024-01-01')
    }
    const events = new Emitter()
    this._tasks = new TaskQueue(this.options, events)
    const credentials = createCredentialCache(
      this.options,
      callbackProvider(this.options, this),
      () => this._tasks.next(),
      () => this._cloud !== undefined,
      options.ScopeLimit === true,
    )
    this._core = { options: this.options, credentials, events, features }
  }

  /**
   * A client whose keys come from a cloud function that knows the caller by OPENID. Bucket and Region
   * come with the first key, and lists begin in the caller's own folder.
   */
  static cloud<Client extends UploadCOS>(
    this: new (
      options: COSOptions,
    ) => Client,
    options: CloudCOSOptions = {},
  ): Client {
    const { functionName, env, ...rest } = options
    const call = cloudFunction(functionName || functionFor(rest), env)
    // biome-ignore lint/complexity/noThisInStatic: the class that is called, which may be the full client
    return createWith(this, call, rest)
  }

  /**
   * A client whose keys come from a key server without CloudBase: `createKeyServer` of the server package, or
   * any that answers as the cloud functions do. Otherwise as `COS.cloud`. Its host must be among the request domains
   * of the mini program.
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
    return createWith(this, httpFunction({ url, headers }, functionFor(rest)), rest)
  }

  /**
   * Where the caller's files are. Calls the cloud function on first use.
   * @throws CosError kind `credentials`, or `KitNotCloud` for a client not made by `COS.cloud`
   */
  caller(): Promise<CallerPlace> {
    return withCosError(this._place())
  }

  /**
   * The usage and the limits of a folder whose rule has a `quota` or `maxFiles`. Uploads that have been
   * permitted count until their permission ends.
   *
   * @param path the folder, with its last slash. Without it: the caller's first folder with a quota.
   * @throws CosError kind `credentials`: `KitPathRefused` where no such folder of the caller has a quota
   */
  usage(path?: string): Promise<UsageResponse> {
    // The function answers this event so.
    const call = async () =>
      (await this._functionOf('usage').call({ usage: { path } })) as UsageResponse
    return withCosError(call())
  }

  /** @internal @throws CosError `KitNotCloud` */
  _functionOf(method: string): CloudCredentials {
    if (this._cloud) return this._cloud
    throw argumentError('KitNotCloud', `${method}() needs COS.cloud or COS.http`)
  }

  /** @internal */
  async _place(): Promise<CallerPlace> {
    const cloud = this._functionOf('caller')
    if (cloud.signs && !cloud.place) await cloud.locate()
    if (!cloud.place) {
      await this._core.credentials.get({
        Bucket: '',
        Region: '',
        Method: 'GET',
        Key: '',
        Pathname: '/',
        Query: {},
        Headers: {},
        Scope: [],
      })
    }
    if (cloud.place) return cloud.place
    const message = 'the function names no bucket and region'
    throw cosError('credentials', 'KitFunctionAnswer', message)
  }

  /**
   * Uploads a local file, in parts when it is larger than SliceSize.
   * @typeParam Confirm what the `onUpload` of the path returns
   * @example
   * const { confirm } = await cos.uploadFile<{ recorded: string }>({ Key, FilePath })
   */
  uploadFile<Confirm = unknown>(params: UploadFileParams): Promise<UploadFileResult<Confirm>>
  uploadFile<Confirm = unknown>(
    params: UploadFileParams,
    callback: Callback<UploadFileResult<Confirm>>,
  ): void
  uploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    // Called as onFileFinish is: again when the task is restarted after a failure.
    const onEnd = callback as UploadFilesParams['onFileFinish']
    const done = uploadFile(params || {}, 0, this._startUpload, onEnd)
    if (callback) return undefined
    return done.then(({ error, data }) => {
      if (error) throw error
      return data
    })
  }

  /** Uploads a local file in parts, whatever its size. */
  sliceUploadFile(params: UploadFileParams): Promise<UploadFileResult>
  sliceUploadFile(params: UploadFileParams, callback: Callback<UploadFileResult>): void
  sliceUploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    return this._upload({ ...params }, sliceUploadWork, callback as Callback<object>)
  }

  /** Uploads many files; resolves when all have ended, with the outcome of each. */
  uploadFiles(params: UploadFilesParams): Promise<UploadFilesResult>
  uploadFiles(params: UploadFilesParams, callback: Callback<UploadFilesResult>): void
  uploadFiles(params: UploadFilesParams, callback?: Callback<UploadFilesResult>) {
    return this._settle(uploadFiles(params || {}, this._startUpload), callback)
  }

  /** The uploads of this client, in the order they were added. */
  getTaskList(): TaskInfo[] {
    return this._tasks.list()
  }

  /** Whether an upload runs or waits for its turn. */
  isUploadRunning(): boolean {
    return this._tasks.isRunning()
  }

  /** Pauses an upload; its promise stays pending. */
  pauseTask(id: string): void {
    const task = this._tasks.get(id)
    if (task) task.pause()
  }

  /**
   * Resumes a paused upload, or restarts a failed one. The promise of the original call settles only once, so the
   * outcome of a restart is the promise returned here, which may be ignored. A callback, and onFileFinish, are
   * called again, as in cos-wx-sdk-v5.
   *
   * @returns how the upload ends; undefined when there is no such task, or it is not paused or failed
   */
  restartTask(id: string): Promise<object> | undefined {
    const task = this._tasks.get(id)
    return task && task.restart()
  }

  /** Cancels an upload: its promise rejects, and its parts are deleted on the server. */
  cancelTask(id: string): void {
    const task = this._tasks.get(id)
    if (task) task.cancel()
  }

  /**
   * Listens to `list-update` (`{ list }` of tasks, also called `task-list-update`) and to `before-send`
   * (`{ method, url, headers, body, filePath }` of each request, which is sent as the listeners leave it;
   * what is signed must stay as it is). `list-update` comes once for many changes, at most every half second
   * for very long lists. What a listener, a callback or a promise of one throws is reported by `console.error`
   * and changes nothing of the outcome; the same holds for `onProgress`, `onTaskReady` and their kind.
   */
  on(name: string, listener: (event: never) => void): void {
    this._core.events.on(name, listener)
  }

  /** Removes a listener, or all listeners of the name. */
  off(name: string, listener?: (event: never) => void): void {
    this._core.events.off(name, listener)
  }

  /** Calls the listeners of a name. */
  emit(name: string, event?: unknown): void {
    this._core.events.emit(name, event)
  }

  /** @internal Runs something with the client's core and the params completed. */
  _run<P extends object, Result>(
    run: (core: ClientCore, params: P) => Result | Promise<Result>,
    params: P | undefined,
    callback?: Callback<Result>,
    operation?: AnyOperation,
  ): Promise<Result> | undefined {
    // A method called without params reports the first that is missing.
    const given = { ...params } as P
    const done = async () => run(this._core, await this._complete(given, operation))
    return this._settle(done(), callback)
  }

  /** @internal The outcome of a call, as the app gets it. */
  _settle<T>(outcome: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined {
    return settle(outcome, callback)
  }

  /** @internal */
  readonly _startUpload: StartUpload = (params, callback) =>
    this._upload(params, uploadFileWork, callback)

  /** @internal Queues an upload; with SkipTask it runs at once, and is in no list. */
  _upload(
    given: UploadTaskParams,
    work: UploadWork,
    callback: Callback<object> | undefined,
  ): Promise<object> | undefined {
    let params = given
    const steps: TaskSteps = {
      run: async (run) => {
        params = await this._complete(given)
        const result = await work(this._core, params, run)
        return this._cloud ? this._cloud.confirm(params.Key, result) : result
      },
      abort: async (memo) => {
        if (memo.UploadId) await loadUploads().abortUpload(this._core, params, memo)
      },
      onRestart: (end) => callback && this._settle(end, callback),
    }
    const end = given.SkipTask ? runAlone(steps, given) : this._tasks.add(given, steps)
    return this._settle(end, callback)
  }

  /**
   * @internal The params with what the cloud function knows: bucket, region, and the folder of a list. A promise
   * when it has to be asked.
   */
  _complete<P extends object>(given: P, operation?: AnyOperation): P | Promise<P> {
    const params: P & { Bucket?: unknown; Region?: unknown; Prefix?: unknown } = { ...given }
    const { Bucket, Region } = this.options
    // A list defaults to the caller's own folder.
    const { access = [], target }: Partial<AnyOperation> = operation || {}
    const isList = access.some(({ on }) => on === 'prefix')
    const lacksPlace = !(params.Bucket || Bucket) || !(params.Region || Region)
    const lacksPrefix = isList && params.Prefix === undefined
    if (!this._cloud || target === 'service' || !(lacksPlace || lacksPrefix)) return params
    return this._place().then((place) => {
      params.Bucket = params.Bucket || Bucket || place.Bucket
      params.Region = params.Region || Region || place.Region
      if (lacksPrefix) params.Prefix = place.prefix
      return params
    })
  }
}

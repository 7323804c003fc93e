import type {
  AbortSignalLike,
  CosError,
  ObjectParams,
  UploadProgress,
} from '@miniprogram-cos/protocol'
import { callApp, progressReporter } from '../callbacks'
import { type AbortControl, abortError, createAbortController } from '../concurrency'
import type { UnfinishedDownload } from '../download/unfinishedDownloads'
import { pick } from '../options'
import { asCosError } from '../request/errors'
import type { ClientCore } from '../request/execute'
import type { PreparedContent, UploadFileParams } from '../upload/uploadFile'

/** The states of cos-wx-sdk-v5. A running download is `uploading` too; `TaskInfo.type` tells it from an upload. */
export type TaskState =
  | 'waiting'
  | 'checking'
  | 'uploading'
  | 'paused'
  | 'success'
  | 'error'
  | 'canceled'

/** An upload, or a download to a FilePath, in `getTaskList`. */
export interface TaskInfo {
  /** Undefined for an upload. */
  type?: 'download'
  /** For pauseTask, restartTask and cancelTask. */
  id: string
  Bucket: string
  Region: string
  Key: string
  FilePath?: string
  state: TaskState
  /** Bytes sent or, for a download, received. */
  loaded: number
  size: number
  /** Bytes per second. */
  speed: number
  /** 0 to 1. */
  percent: number
  /** 0 to 1: progress of comparing the file with the parts of an earlier run. */
  hashPercent: number
  error?: CosError
}

/** State that a run passes to the next run of the same task. */
export interface TaskMemo {
  /** The id that multipartInit returned. */
  UploadId?: string
  /** MD5 of the file whose parts were sent. */
  digest?: string
  /** The result of the param `prepare`. */
  prepared?: PreparedContent
  /** The part file of a download. */
  download?: UnfinishedDownload
}

/** The interface between a task and the upload that it runs. */
export interface TaskRun {
  signal: AbortSignalLike
  memo: TaskMemo
  /** The transfer begins. */
  _begin: (size: number) => void
  _onProgress: (progress: UploadProgress) => void
  /** Reports the comparison of the file with the parts of an earlier run. */
  _onHash: (progress: UploadProgress) => void
}

/** Runs an upload whose params are complete. */
export type Uploader = (core: ClientCore, params: UploadTaskParams, run: TaskRun) => Promise<object>

/** The params of any upload, of a file or of content. */
export type UploadTaskParams = UploadFileParams & {
  Body?: string | ArrayBuffer
  /** Starts immediately, outside the task list. */
  SkipTask?: boolean
  /** Overrides the option of that name. */
  UploadAddMetaMd5?: boolean
}

/** The params that a task itself uses. */
export type TaskParams = ObjectParams &
  Partial<Pick<UploadFileParams, 'FilePath' | 'onTaskReady' | 'onTaskStart'>>

/** The steps of a task, which its client provides. */
export interface TaskSteps {
  type?: 'download'
  run: (run: TaskRun) => Promise<object>
  /** Frees the parts on the server, or removes the part file of a download. */
  abort: (memo: TaskMemo) => Promise<void>
  /** Called with the new outcome when the task is restarted after a failure. */
  _onRestart: (outcome: Promise<object>) => unknown
}

/** Callbacks from a task to its queue. */
export interface TaskObserver {
  /** `info` has changed. */
  _onChange: (task: TransferTask) => void
  /** A run has ended, or the task waits for one. */
  _onIdle: (task: TransferTask) => void
}

/**
 * One upload and its state. `outcome` settles when the upload ends or is cancelled, and stays pending while it is paused.
 * After a failure the task can be restarted, with a new `outcome`.
 */
export class TransferTask {
  readonly _info: TaskInfo
  /** Settles when the task ends. */
  _outcome!: Promise<object>
  /** The current run; it may continue for a moment after a pause. */
  _running: Promise<void> | undefined
  private _resolve!: (result: object) => void
  private _reject!: (error: CosError) => void
  private _controller?: AbortControl
  private readonly _memo: TaskMemo = {}

  /**
   * @param number position in the order of arrival
   * @param defaults bucket and region if the params have none
   */
  constructor(
    readonly number: number,
    private readonly _params: TaskParams,
    private readonly _steps: TaskSteps,
    private readonly _observer: TaskObserver,
    defaults: { Bucket?: string; Region?: string },
  ) {
    const { Bucket, Region, Key, FilePath } = _params
    this._info = {
      id: `${Date.now().toString(36)}-${number}-${Math.random().toString(36).slice(2, 8)}`,
      Bucket: String(Bucket || defaults.Bucket || ''),
      Region: String(Region || defaults.Region || ''),
      Key: String(Key || ''),
      ...pick({ FilePath, type: _steps.type }),
      state: 'waiting',
      loaded: 0,
      size: 0,
      speed: 0,
      percent: 0,
      hashPercent: 0,
    }
    void this._renew()
  }

  /** Whether it has ended; only a restart would run it again. */
  get _isFinished(): boolean {
    const { state } = this._info
    return state === 'success' || state === 'error' || state === 'canceled'
  }

  /** Whether it has ended or is paused. */
  get _isStopped(): boolean {
    return this._isFinished || this._info.state === 'paused'
  }

  /** Reports the id to the app, before the file is read. */
  _announce(): void {
    const { onTaskReady } = this._params
    if (onTaskReady) callApp(() => onTaskReady(this._info.id))
  }

  /** Runs the task. Called by the queue. */
  start(): void {
    const { _info: info, _params: params } = this
    const { onTaskStart } = params
    this._set('checking')
    const group = createAbortController(params.signal)
    this._controller = group
    if (onTaskStart) callApp(() => onTaskStart({ ...info }))
    /** Applies a change, unless it comes from a paused run. */
    const change = (changes: Partial<TaskInfo>) => {
      if (this._controller !== group || info.state === 'paused') return
      Object.assign(info, changes)
      this._observer._onChange(this)
    }
    const run = this._steps.run({
      signal: group.signal,
      memo: this._memo,
      _begin: (size) => {
        info.size = size
        if (info.state === 'checking') change({ state: 'uploading' })
      },
      _onProgress: ({ loaded, total, speed, percent }) =>
        change({ loaded, size: total, speed, percent }),
      _onHash: ({ percent }) => change({ hashPercent: percent }),
    })
    this._running = run
      .then(
        (result) => this._succeed(result),
        (error) => this._fail(asCosError(error)),
      )
      .then(() => {
        group._unfollow()
        this._running = undefined
        this._observer._onIdle(this)
      })
  }

  /** Stops the upload; its parts stay on the server. */
  pause(): void {
    if (!this._isStopped) this._stop('paused')
  }

  /**
   * Resumes a paused task, or restarts a failed one.
   * @returns its outcome; undefined if it is neither paused nor failed
   */
  restart(): Promise<object> | undefined {
    const { _info: info } = this
    if (info.state !== 'paused' && info.state !== 'error') return undefined
    if (info.error) {
      delete info.error
      this._steps._onRestart(this._renew())
    }
    this._set('waiting')
    this._observer._onIdle(this)
    return this._outcome
  }

  /** Aborts the upload: `outcome` rejects, and the parts on the server are freed. */
  cancel(): void {
    const { state } = this._info
    if (state === 'success' || state === 'canceled') return
    this._stop('canceled')
    void this._abort(abortError(), this._running)
  }

  private _set(state: TaskState): void {
    this._info.state = state
    this._observer._onChange(this)
  }

  private _stop(state: TaskState): void {
    this._set(state)
    if (this._controller) this._controller.abort()
  }

  /** Creates a new outcome, whose rejection may be ignored. */
  private _renew(): Promise<object> {
    this._outcome = new Promise((resolve, reject) => {
      this._resolve = resolve
      this._reject = reject
    })
    this._outcome.catch(() => {})
    return this._outcome
  }

  private _succeed(result: object): void {
    const { _info: info } = this
    info.loaded = info.size
    info.percent = 1
    // Overrides a pause or a cancellation that came too late.
    this._set('success')
    this._resolve(result)
  }

  private _fail(error: CosError): void {
    const { _info: info, _params: params } = this
    // Paused: it will be resumed. Cancelled: `cancel` rejects. Restarted meanwhile: it runs again.
    if (info.state === 'paused' || info.state === 'canceled' || info.state === 'waiting') return
    if (params.signal && params.signal.aborted) {
      this._set('canceled')
      void this._abort(error)
      return
    }
    info.error = error
    this._set('error')
    this._reject(error)
  }

  private async _abort(error: CosError, run?: Promise<void>): Promise<void> {
    // A part that is still being sent would recreate the upload on the server.
    await run
    await this._steps.abort(this._memo).catch(() => {})
    this._reject(error)
  }
}

/** Reports progress to the listener of the call and to the task list. */
export function taskReporter(
  { options }: ClientCore,
  { onProgress }: UploadTaskParams,
  { _begin: begin, _onProgress: updateTask }: TaskRun,
  size: number,
) {
  begin(size)
  return progressReporter(size, options.ProgressInterval, (progress) => {
    updateTask(progress)
    return onProgress && onProgress(progress)
  })
}

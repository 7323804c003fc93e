import type { AbortSignalLike, CosError } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../request/perform'
import type { Params } from '../request/prepare'

/** The official words. */
export type TaskState =
  | 'waiting'
  | 'checking'
  | 'uploading'
  | 'paused'
  | 'success'
  | 'error'
  | 'canceled'

/** An upload as `getTaskList` shows it. */
export interface TaskInfo {
  id: string
  Bucket: string
  Region: string
  Key: string
  FilePath?: string
  state: TaskState
  /** Bytes that have gone out. */
  loaded: number
  size: number
  /** Bytes per second. */
  speed: number
  /** 0 to 1. */
  percent: number
  /** 0 to 1: how much of the file has been compared with what an earlier run has sent of it. */
  hashPercent: number
  error?: CosError
}

/** What a run leaves for the next one of the same task. */
export interface TaskMemo {
  UploadId?: string
  /** MD5 of the file that the parts are of. */
  digest?: string
}

/** What a task gives to the work it runs. */
export interface TaskRun {
  signal: AbortSignalLike
  memo: TaskMemo
  /** Bytes are on their way. */
  begin: (size: number) => void
  progress: (progress: Progress) => void
  /** The file is compared with what an earlier run has sent of it. */
  hash: (progress: Progress) => void
}

interface Progress {
  loaded: number
  total: number
  speed: number
  percent: number
}

/** How an upload runs, its params completed. */
export type TaskWork = (core: ClientCore, params: Params, run: TaskRun) => Promise<object>

/** One upload: how it runs, and how what it left on the server is freed once it is given up. */
export interface TaskSteps {
  run: (run: TaskRun) => Promise<object>
  abandon: (memo: TaskMemo) => Promise<void>
}

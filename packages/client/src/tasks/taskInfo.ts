import type { CosError } from '@miniprogram-cos/protocol'

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
  /** For pauseTask, restartTask and cancelTask. */
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

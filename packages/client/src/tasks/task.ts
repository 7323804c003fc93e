import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import type { Params } from '../request/prepare'

/** What a run leaves for the next one of the same task. */
export interface TaskMemo {
  /** As multipartInit gave it. */
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

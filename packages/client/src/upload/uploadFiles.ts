import type { CosError, UploadProgress } from '@miniprogram-cos/protocol'
import { isolated } from '../events/emitter'
import { missingParam } from '../request/failures'
import type { Params } from '../request/prepare'
import type { FileOptions, UploadFileParams } from './uploadFile'

export interface UploadFilesParams {
  /** Each as uploadFile takes it. */
  files: UploadFileParams[]
  /** For all files that give none of their own. */
  SliceSize?: number
  /** All files together. */
  onProgress?: (progress: UploadProgress) => void
  /** A file has ended, well or not; once more when its task is restarted after a failure. */
  onFileFinish?: (error: CosError | null, data: object | undefined, options: FileOptions) => void
}

export interface UploadFilesResult {
  /** In the order they were given; `error` is null for those that went up. */
  files: { options: FileOptions; error: CosError | null; data?: object }[]
}

/** Uploads files, each by the rules of uploadFile. A file that fails does not fail the others. */
export async function uploadFiles(
  { files, SliceSize, onProgress, onFileFinish }: UploadFilesParams,
  upload: (params: Params, callback: (error: CosError | null, data?: object) => void) => unknown,
): Promise<UploadFilesResult> {
  if (!Array.isArray(files)) throw missingParam('files')
  const all = { loaded: 0, total: 0, speed: 0, percent: 0 }
  /** Adds what a file has gone on by since it was last heard of. */
  const advance = (last: UploadProgress, next: UploadProgress) => {
    for (const name of ['loaded', 'total', 'speed'] as const) all[name] += next[name] - last[name]
    all.percent = Math.floor((all.loaded / (all.total || 1)) * 100) / 100
    if (onProgress) isolated(() => onProgress({ ...all }))
  }
  const outcomes = files.map((file, Index): Promise<UploadFilesResult['files'][number]> => {
    const options: FileOptions = { Index, TaskId: '', ...scalars(file) }
    const finish = (error: CosError | null, data?: object) => {
      for (const listener of [file.onFileFinish, onFileFinish]) {
        if (listener) isolated(() => listener(error, data, options))
      }
      return { options, error, ...(data && { data }) }
    }
    let last = { loaded: 0, total: 0, speed: 0, percent: 0 }
    const params = {
      SliceSize,
      ...file,
      onTaskReady: (id: string) => {
        options.TaskId = id
        return file.onTaskReady?.(id)
      },
      onProgress: (one: UploadProgress) => {
        isolated(() => file.onProgress?.(one))
        advance(last, one)
        last = one
      },
    }
    // The first end is the outcome; a file that is tried again after it finishes once more.
    return new Promise((resolve) => {
      upload(params, (error, data) => resolve(finish(error, data)))
    })
  })
  return { files: await Promise.all(outcomes) }
}

/** The plain params of a file: what a listener can tell it by. */
function scalars(file: UploadFileParams): Params {
  const own: Params = {}
  for (const [name, value] of Object.entries(file)) {
    if (typeof value !== 'function' && typeof value !== 'object') own[name] = value
  }
  return own
}

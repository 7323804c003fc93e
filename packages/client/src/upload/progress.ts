import type { ClientCore } from '../core'
import { progressReporter } from '../events'
import type { TaskRun, UploadTaskParams } from './task'

/** Reports to the listener of the call and to the task list. */
export function taskReporter(
  { options }: ClientCore,
  { onProgress }: UploadTaskParams,
  { begin, progress: updateTask }: TaskRun,
  size: number,
) {
  begin(size)
  return progressReporter(size, options.ProgressInterval, (progress) => {
    updateTask(progress)
    return onProgress && onProgress(progress)
  })
}

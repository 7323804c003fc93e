import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import type { Params } from '../request/prepare'
import { abortGroup } from '../upload/abortGroup'
import type { TaskMemo, TaskWork } from './task'

/** An upload outside of the queue. */
export async function runAlone(work: TaskWork, params: Params): Promise<object> {
  const memo: TaskMemo = {}
  const signal = (params.signal as AbortSignalLike | undefined) ?? abortGroup(undefined).signal
  try {
    return await work.run({ signal, memo, begin() {}, progress() {} })
  } catch (error) {
    if (signal.aborted) await work.abandon(memo)
    throw error
  }
}

import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import { abortGroup } from '../abort/abortGroup'
import type { Params } from '../request/prepare'
import type { TaskMemo, TaskSteps } from './task'

/** An upload outside of the queue. */
export async function runAlone(work: TaskSteps, params: Params): Promise<object> {
  const memo: TaskMemo = {}
  const signal = (params.signal as AbortSignalLike | undefined) ?? abortGroup().signal
  try {
    return await work.run({ signal, memo, begin() {}, progress() {}, hash() {} })
  } catch (error) {
    if (signal.aborted) await work.abandon(memo)
    throw error
  }
}

import type { WxFailure } from '../text'

// biome-ignore lint/suspicious/noExplicitAny: an object of WeChat's, whose functions are called by name
type Owner = any

/**
 * Calls a function of WeChat's as a promise. It rejects with what WeChat reports, which names the function
 * in any case.
 *
 * @param onStart is given what the function returns
 */
export function wxCall<Result, Task = unknown>(
  owner: Owner,
  name: string,
  options: object,
  onStart?: (task: Task) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    // HarmonyOS may report a failure without a text.
    const fail = (failure?: WxFailure) =>
      reject({ ...failure, errMsg: failure?.errMsg || `${name}:fail` })
    if (!owner?.[name]) fail({ errMsg: `${name}:fail is not supported` })
    else {
      const task = owner[name]({ ...options, success: resolve, fail })
      onStart?.(task)
    }
  })
}

import { type CallbackOptions, callBackOrPromise, WxError, type WxFailure } from '../../callbacks'

interface CallFunctionOptions extends CallbackOptions {
  name: string
  data?: object
}

let isReady = false

/** wx.cloud: the preview's server calls the function, and tells it whose phone this is. */
export const cloud = {
  init(_options?: object): void {
    isReady = true
  },
  callFunction: (options: CallFunctionOptions) =>
    callBackOrPromise(options, () => callFunction(options), 'cloud.callFunction'),
}

async function callFunction({ name, data = {} }: CallFunctionOptions): Promise<object> {
  if (!isReady) {
    throw new WxError("Cloud API isn't enabled, please call wx.cloud.init first", { errCode: -1 })
  }
  const response = await fetch('/wx/cloud', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, data }),
  })
  const answer = (await response.json()) as { result: object } | { failure: WxFailure }
  if ('result' in answer) return answer
  throw new WxError(answer.failure.errMsg, answer.failure)
}

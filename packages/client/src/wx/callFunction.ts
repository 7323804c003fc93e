import { wxCall } from './wxCall'
import type { WxLike } from './wxLike'

declare const wx: WxLike

/** Calls a cloud function. @throws what WeChat reports */
export async function callFunction(name: string, data: object, env?: string): Promise<unknown> {
  const options = { name, data, ...(env && { config: { env } }) }
  return (await wxCall<{ result: unknown }>(wx.cloud, 'callFunction', options)).result
}

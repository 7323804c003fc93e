import { signatureFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

// A symbol that the typings of init do not know.
cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV as unknown as string })
const answer = signatureFunction(config, process.env)

/** Cloud function: the signature of one request, for the user who calls, if the access rules allow it. */
export async function main(event: unknown, context: unknown) {
  // Read at once, before any await: the environment belongs to the call only until the next one.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

import { signatureFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

const answer = signatureFunction(config, process.env)

/** Cloud function: signs one request of the calling user, if the access rules allow it. */
export async function main(event: unknown, context: unknown) {
  // Read before any await: the environment holds this call's identity only until the next call.
  // cloud.init is not needed, and would load database and storage.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

import { credentialsFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

const answer = credentialsFunction(config, process.env)

/** Cloud function: issues a temporary COS key for the calling user, limited to what the access rules grant. */
export async function main(event: unknown, context: unknown) {
  // Read before any await: the environment holds this call's identity only until the next call.
  // cloud.init is not needed, and would load database and storage.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

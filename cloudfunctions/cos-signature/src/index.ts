import { signatureFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

const answer = signatureFunction(config, process.env)

/** Cloud function: the signature of one request, for the user who calls, if the access rules allow it. */
export async function main(event: unknown, context: unknown) {
  // Read at once, before any await: the environment belongs to the call only until the next one.
  // There is no cloud.init: this needs none, and that would load database and storage.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

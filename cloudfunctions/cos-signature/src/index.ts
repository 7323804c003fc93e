import { signatureFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

/** Called where a rule has a hook or a quota; a call that needs neither does not load the database. */
const database = () => {
  // The SDK's types do not accept its own constant.
  cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV as unknown as string })
  return cloud.database()
}

const answer = signatureFunction(config, process.env, { database })

/** Cloud function: signs one request of the calling user, if the access rules allow it. */
export async function main(event: unknown, context: unknown) {
  // Read before any await: the environment holds this call's identity only until the next call.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

import { credentialsFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from '../../../cos.config'

/** Called where a rule has a hook or a quota; a call that needs neither does not load the database. */
const database = () => {
  // The SDK's types do not accept its own constant.
  cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV as unknown as string })
  return cloud.database()
}

const answer = credentialsFunction(config, process.env, { database })

/** Cloud function: issues a temporary COS key for the calling user, limited to what the access rules grant. */
export async function main(event: unknown, context: unknown) {
  // Read before any await: the environment holds this call's identity only until the next call.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}

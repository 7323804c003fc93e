import type { CloudFunction } from '@miniprogram-cos/server'
import type wxServerSdk from 'wx-server-sdk'
import { config } from '../cos.config'

/**
 * The `main` of a cloud function, with the configuration of this project.
 * @param cloud wx-server-sdk, which knows who calls
 */
export function wxFunction<Result>(cloud: typeof wxServerSdk, create: CloudFunction<Result>) {
  // Called where a rule has a hook, a quota or a trash; a call that needs none does not load the database.
  const database = () => {
    // The SDK's types do not accept its own constant.
    cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV as unknown as string })
    return cloud.database()
  }
  const answer = create(config, process.env, { database })
  return async (event: unknown, context: unknown) => {
    // Read before any await: the environment holds this call's identity only until the next call.
    const wxContext = cloud.getWXContext()
    return answer({ event, context, wxContext })
  }
}

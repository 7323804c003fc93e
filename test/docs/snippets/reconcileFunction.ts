import { reconcile } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from './cos.config'

cloud.init()

/** Started by a timer; uploads of the last hour are left to their clients. */
export const main = async () => {
  // Users of the mini program can call any cloud function.
  if (cloud.getWXContext().OPENID) throw new Error('only a timer may start it')
  return reconcile(config, process.env, () => cloud.database(), { olderThan: 3600 })
}

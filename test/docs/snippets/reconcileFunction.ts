import { reconcile } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { config } from './cos.config'

cloud.init()

/** Started by a timer; uploads of the last hour are left to their clients. */
export const main = () =>
  reconcile(config, process.env, () => cloud.database(), { olderThan: 3600 })

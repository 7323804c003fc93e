import { signatureFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { wxFunction } from '../../wxFunction'

/** Cloud function: signs one request of the calling user, if the access rules allow it. */
export const main = wxFunction(cloud, signatureFunction)

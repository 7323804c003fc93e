import { credentialsFunction } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'
import { wxFunction } from '../../wxFunction'

/** Cloud function: issues a temporary COS key for the calling user, limited to what the access rules grant. */
export const main = wxFunction(cloud, credentialsFunction)

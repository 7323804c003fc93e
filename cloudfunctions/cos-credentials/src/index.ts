import { credentialsFunction } from '@miniprogram-cos/server'
import { wxFunction } from '../../wxFunction'

/** Cloud function: issues a temporary COS key for the calling user, limited to what the access rules grant. */
export const main = wxFunction(credentialsFunction)

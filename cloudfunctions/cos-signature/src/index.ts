import { signatureFunction } from '@miniprogram-cos/server'
import { wxFunction } from '../../wxFunction'

/** Cloud function: signs one request of the calling user, if the access rules allow it. */
export const main = wxFunction(signatureFunction)

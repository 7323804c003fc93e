import { COS } from 'miniprogram-cos'
import { FUNCTION_NAME } from '../config'

/** The app's only COS client. Bucket, region and the user's folder come with its first key. */
export const cos = COS.cloud({ functionName: FUNCTION_NAME, ProgressInterval: 200 })

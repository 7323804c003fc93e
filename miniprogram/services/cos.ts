import { COS } from 'miniprogram-cos'
import { CLOUD } from '../config'

/** The app's only COS client. Bucket, region and the user's folder come with its first key. */
export const cos = COS.cloud({ ProgressInterval: 200, ...CLOUD })

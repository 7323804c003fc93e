import { join } from 'node:path'
import type { DeployedFunction } from '@miniprogram-cos/local-cloud'
import { config } from '../cos.config'
import { FUNCTIONS, functionFile } from './build/functions'
import { ROOT } from './build/root'

/** Where the local cloud keeps its data, ignored by git. */
export const LOCAL_DATA = join(ROOT, '.local-cloud')

/** The bucket of cos.config.ts. */
export const BUCKET = { name: config.bucket, region: config.region }

/** Host of the bucket, as production names it. */
export const BUCKET_HOST = `${config.bucket}.cos.${config.region}.myqcloud.com`

/** All cloud functions, as built. */
export function deployedFunctions(): DeployedFunction[] {
  return FUNCTIONS.map((name) => ({ name, file: functionFile(name) }))
}

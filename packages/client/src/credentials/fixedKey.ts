import { cosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import { pick } from '../pick'
import type { Key } from './answers'

/** The key of the options, unless they name somebody to ask. @throws CosError when they name nothing */
export function fixedKey(options: ResolvedOptions): Key | undefined {
  if (options.getAuthorization || options.getSTS) return undefined
  if (options.SecretId && options.SecretKey) {
    return pick(options, /^(Secret(Id|Key)|SecurityToken|(Start|Expired)Time)$/) as unknown as Key
  }
  const message =
    'no credentials: give getAuthorization, use COS.cloud, or give SecretId and SecretKey'
  throw cosError('credentials', 'KitNoCredentials', message)
}

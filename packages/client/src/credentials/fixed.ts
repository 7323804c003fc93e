import { cosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import type { Key } from './provider'

/**
 * The key of the options `SecretId` and `SecretKey`; undefined when a provider is to be asked. Known at once, so that
 * getObjectUrl can return a text.
 * @throws CosError `KitNoCredentials` when the options name neither
 */
export function fixedKey(options: ResolvedOptions): Key | undefined {
  const { SecretId, SecretKey, SecurityToken = '', StartTime = 0, ExpiredTime = 0 } = options
  if (options.getAuthorization || options.getSTS) return undefined
  if (SecretId && SecretKey) return { SecretId, SecretKey, SecurityToken, StartTime, ExpiredTime }
  const message =
    'no credentials: give getAuthorization, use COS.cloud, or give SecretId and SecretKey'
  throw cosError('credentials', 'KitNoCredentials', message)
}

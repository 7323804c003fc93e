import { cosError } from '@miniprogram-cos/protocol'
import type { ResolvedOptions } from '../options'
import type { CredentialProvider, Key } from './provider'

/** The key of the options `SecretId` and `SecretKey`. */
export const fixedProvider = (options: ResolvedOptions): CredentialProvider => ({
  source: 'fixed',
  get: async () => fixedKey(options),
})

/**
 * Returns the key synchronously, so that getObjectUrl can return a string.
 * @throws CosError `KitNoCredentials` if the options have no key
 */
export function fixedKey(options: ResolvedOptions): Key {
  const { SecretId, SecretKey, SecurityToken = '', StartTime = 0, ExpiredTime = 0 } = options
  if (SecretId && SecretKey) return { SecretId, SecretKey, SecurityToken, StartTime, ExpiredTime }
  const message = 'give getAuthorization, or use COS.cloud'
  throw cosError('credentials', 'KitNoCredentials', message)
}

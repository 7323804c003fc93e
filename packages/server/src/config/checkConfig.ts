import { checkBucket, checkRegion } from '@miniprogram-cos/protocol'
import { type Rule, readRules } from '../access/rules'
import type { CosConfig } from './config'

export const MIN_KEY_SECONDS = 900
/** What STS allows a root key; a sub-account could have more, and should not need it. */
export const MAX_KEY_SECONDS = 7200
const DEFAULT_KEY_SECONDS = 1800

/** A configuration whose every field has been checked. */
export interface CheckedConfig {
  bucket: string
  region: string
  rules: Rule[]
  keySeconds: number
}

/**
 * Checks a configuration as a whole: the build fails on it, and so does a function that starts.
 * @throws Error naming the field or the rule
 */
export function checkConfig(config: CosConfig): CheckedConfig {
  const keySeconds = config.keySeconds ?? DEFAULT_KEY_SECONDS
  if (
    !Number.isInteger(keySeconds) ||
    keySeconds < MIN_KEY_SECONDS ||
    keySeconds > MAX_KEY_SECONDS
  ) {
    throw new Error(
      `cos.config.ts: keySeconds must be a whole number from ${MIN_KEY_SECONDS} to ${MAX_KEY_SECONDS}, got ${keySeconds}`,
    )
  }
  try {
    checkBucket(config.bucket)
    checkRegion(config.region)
  } catch (error) {
    throw new Error(`cos.config.ts: ${(error as Error).message}`)
  }
  const { bucket, region } = config
  return { bucket, region, rules: readRules(config.access), keySeconds }
}

import { argumentError } from '../errors/CosError'

/** `name-1250000000`: what COS calls BucketName-APPID (document 436/13312). */
export const BUCKET_PATTERN = /^([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)-(\d+)$/

export interface BucketName {
  /** Name without the APPID. */
  short: string
  appid: string
}

/** Splits `name-appid`, or undefined if it is not of that form. */
export function parseBucket(bucket: string): BucketName | undefined {
  const match = BUCKET_PATTERN.exec(bucket)
  return match ? { short: match[1] as string, appid: match[2] as string } : undefined
}

/**
 * A checked bucket name, the APPID appended from the deprecated `AppId` option when it is missing.
 * @throws CosError `KitInvalidBucket`
 */
export function checkBucket(bucket: string, appId?: string | number): string {
  for (const name of [bucket, `${bucket}-${appId}`]) if (BUCKET_PATTERN.test(name)) return name
  throw argumentError(
    'KitInvalidBucket',
    `Bucket should format as "test-1250000000", got ${JSON.stringify(bucket)}`,
  )
}

/** @throws CosError `KitInvalidRegion` */
export function checkRegion(region: string): string {
  if (/^[a-z\d-]+$/.test(region)) return region
  throw argumentError(
    'KitInvalidRegion',
    `Region should look like "ap-guangzhou" (leave out "cos."), got ${JSON.stringify(region)}`,
  )
}

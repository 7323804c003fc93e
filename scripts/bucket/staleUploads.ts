import type COS from 'cos-nodejs-sdk-v5'
import type { BucketPlace } from './cosOf'

const RULE = {
  ID: 'abort-stale-multipart',
  Status: 'Enabled' as const,
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: '7' },
}

async function rulesOf(cos: COS, place: BucketPlace): Promise<COS.LifecycleRule[]> {
  try {
    const { Rules } = await cos.getBucketLifecycle(place)
    return Rules
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchLifecycleConfiguration') return []
    throw error
  }
}

/** Whether parts of uploads that were given up are removed some day, by our rule or another's. */
export async function cleansStaleUploads(cos: COS, place: BucketPlace): Promise<boolean> {
  return (await rulesOf(cos, place)).some(
    (rule) => rule.Status === 'Enabled' && rule.AbortIncompleteMultipartUpload !== undefined,
  )
}

/** Adds the rule; those that are there stay. */
export async function cleanStaleUploads(cos: COS, place: BucketPlace): Promise<void> {
  const others = (await rulesOf(cos, place)).filter(({ ID }) => ID !== RULE.ID)
  await cos.putBucketLifecycle({ ...place, Rules: [...others, RULE] })
}

import { bucketFault } from '../bucket/bucketFault'
import { type BucketPlace, cosOf } from '../bucket/cosOf'
import { CloudApi } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'
import type { CloudKey } from '../cloud/settings'

/**
 * What the key of the functions may do and must not. It is the upper bound of every key that a user gets, and whoever
 * reads a function's environment has it. Only reading actions are tried, so nothing is changed; none of them is in
 * the policy that `npm run policy` prints.
 * @returns names of the actions that were not refused
 * @throws CloudFault `Unreachable`
 */
export async function excessRights(
  key: CloudKey,
  place: BucketPlace,
  env: string,
): Promise<string[]> {
  const cos = cosOf(key)
  const cloud = new CloudApi(key, env)
  const attempts: [action: string, attempt: () => Promise<unknown>][] = [
    ['cos:GetService', () => cos.getService()],
    ['cos:GetBucketACL', () => cos.getBucketAcl(place)],
    ['cos:GetBucketPolicy', () => cos.getBucketPolicy(place)],
    ['cos:GetBucketLifecycle', () => cos.getBucketLifecycle(place)],
    ['tcb:DescribeEnvInfo', () => cloud.environment()],
    ['scf:GetFunction', () => cloud.functionState('cos-credentials')],
  ]
  const outcomes = await Promise.all(
    attempts.map(async ([action, attempt]) => ((await isPermitted(attempt)) ? [action] : [])),
  )
  return outcomes.flat()
}

/** Whether a call gets past authorization: one whose target does not exist does. @throws CloudFault `Unreachable` */
async function isPermitted(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt()
    return true
  } catch (error) {
    const { statusCode, code = '' } = error as { statusCode?: number; code?: string }
    if (statusCode === 404 && code !== 'NoSuchBucket') return true
    const fault =
      error instanceof CloudFault ? error : bucketFault(error, 'rights of the functions')
    if (fault.code === 'Unreachable') throw fault
    return false
  }
}

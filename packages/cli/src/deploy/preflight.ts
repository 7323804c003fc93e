import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import { CloudApi, type Identity } from '../cloud/api'
import { checkPrivacy } from '../cloud/bucketChecks'
import { type BucketPlace, cosClient } from '../cloud/bucketRules'
import { bucketError, CloudError } from '../cloud/errors'
import { type CloudKey, functionKey, type Settings } from '../cloud/settings'
import { SAMPLE } from '../config'
import { withRuleLine } from '../rules/ruleLocation'

/** Whether an identity is the root account (document 1312/51820). */
function isRoot({ UserId, AccountId }: Identity): boolean {
  return UserId === AccountId
}

/** @throws CloudError `ConfigInvalid`, `ConfigUnset` */
export function checkOwnConfig(config: CosConfig): void {
  try {
    checkConfig(config)
  } catch (error) {
    const reason = (error as Error).message.replace('cos.config.ts: ', '')
    throw new CloudError('ConfigInvalid', withRuleLine(reason))
  }
  if (config.env === SAMPLE.env || !/^[A-Za-z0-9][\w-]{0,63}$/.test(config.env)) {
    throw new CloudError('ConfigUnset', `env: "${config.env}"`)
  }
}

/** Refuses the key of the root account. @returns whose key it is @throws CloudError */
export async function checkDeployer(cloud: CloudApi): Promise<Identity> {
  const deployer = await cloud.identity()
  if (isRoot(deployer)) throw new CloudError('RootKey', 'TENCENTCLOUD_SECRET_ID')
  return deployer
}

/** Requires that the key of the functions belongs to another sub-account of the same account. @throws CloudError */
export async function checkFunctionKey(
  key: CloudKey,
  deployKey: CloudKey,
  deployer: Identity,
  env: string,
): Promise<void> {
  if (key.SecretId === deployKey.SecretId) throw new CloudError('SameKey')
  const holder = await new CloudApi(key, env).identity().catch((error) => {
    if (!(error instanceof CloudError)) throw error
    // Names the key that failed: a temporary key without its token is refused in this way.
    const code = error.code === 'TokenRejected' ? 'FunctionKeyTemporary' : error.code
    throw new CloudError(code, 'COS_STS_SECRET_ID')
  })
  if (isRoot(holder)) throw new CloudError('RootKey', 'COS_STS_SECRET_ID')
  if (holder.AccountId !== deployer.AccountId) {
    throw new CloudError('OtherAccount', `${deployer.AccountId}, ${holder.AccountId}`)
  }
}

/** @throws CloudError */
export async function checkEnvironment(cloud: CloudApi): Promise<void> {
  const { EnvId, Status } = await cloud.environment()
  if (!EnvId) throw new CloudError('EnvironmentUnknown', cloud.env)
  if (Status !== 'NORMAL') throw new CloudError('EnvironmentNotReady', `${EnvId}: ${Status}`)
}

/**
 * Requires that the bucket is not public.
 * @param isRequired false if the deployer may lack the permission to read the bucket's configuration
 * @throws CloudError `BucketPublic`; `BucketForbidden` if it is required
 */
export async function checkBucketPrivacy(
  key: CloudKey,
  config: CosConfig,
  isRequired: boolean,
): Promise<void> {
  await checkPrivacy(cosClient(key), config).catch((error) => {
    if (isRequired || !(error instanceof CloudError && error.code === 'BucketForbidden'))
      throw error
  })
}

/** Runs all checks that precede changes. @returns the account @throws CloudError */
export async function preflight(
  cloud: CloudApi,
  deployKey: CloudKey,
  settings: Settings,
): Promise<string> {
  const deployer = await checkDeployer(cloud)
  if (settings.COS_STS_SECRET_ID) {
    await checkFunctionKey(functionKey(settings), deployKey, deployer, cloud.env)
  }
  await checkEnvironment(cloud)
  return deployer.AccountId
}

/**
 * Finds actions that the key of the functions permits but does not need. That key is the upper bound of all keys issued to
 * users, and readable in the function's environment. The tested actions only read, and are not in the policy that
 * `npm run policy` prints.
 * @returns names of the actions that were not refused
 * @throws CloudError `Unreachable`
 */
export async function excessRights(
  key: CloudKey,
  place: BucketPlace,
  env: string,
): Promise<string[]> {
  const cos = cosClient(key)
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

/** Whether a call passes authorization; a call with a missing target does. @throws CloudError `Unreachable` */
async function isPermitted(attempt: () => Promise<unknown>): Promise<boolean> {
  try {
    await attempt()
    return true
  } catch (error) {
    const { statusCode, code = '' } = error as { statusCode?: number; code?: string }
    if (statusCode === 404 && code !== 'NoSuchBucket') return true
    const fault =
      error instanceof CloudError ? error : bucketError(error, 'rights of the functions')
    if (fault.code === 'Unreachable') throw fault
    return false
  }
}

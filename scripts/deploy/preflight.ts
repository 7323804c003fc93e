import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import { cosOf } from '../bucket/cosOf'
import { checkPrivacy } from '../bucket/publicAccess'
import { CloudApi, type Identity } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'
import { type CloudKey, functionKey, type Settings } from '../cloud/settings'

/** The value that `cos.config.ts` comes with. */
const UNSET_ENV = 'your-env-id'

/** Whether an identity is the account itself (document 1312/51820). */
function isRoot({ UserId, AccountId }: Identity): boolean {
  return UserId === AccountId
}

/** @throws CloudFault `ConfigInvalid`, `ConfigUnset` */
export function checkOwnConfig(config: CosConfig): void {
  try {
    checkConfig(config)
  } catch (error) {
    throw new CloudFault('ConfigInvalid', (error as Error).message.replace('cos.config.ts: ', ''))
  }
  if (config.env === UNSET_ENV || !/^[A-Za-z0-9][\w-]{0,63}$/.test(config.env)) {
    throw new CloudFault('ConfigUnset', `env: "${config.env}"`)
  }
}

/** @returns who deploys @throws CloudFault */
export async function checkDeployer(cloud: CloudApi): Promise<Identity> {
  const deployer = await cloud.identity()
  if (isRoot(deployer)) throw new CloudFault('RootKey', 'TENCENTCLOUD_SECRET_ID')
  return deployer
}

/** The key the functions hold is another sub-account's, of the same account. @throws CloudFault */
export async function checkHolder(
  key: CloudKey,
  deployKey: CloudKey,
  deployer: Identity,
  env: string,
): Promise<void> {
  if (key.SecretId === deployKey.SecretId) throw new CloudFault('SameKey')
  const holder = await new CloudApi(key, env).identity().catch((error) => {
    if (!(error instanceof CloudFault)) throw error
    // It is the other key that failed: say which. Without its token a temporary key is refused like this.
    const code = error.code === 'TokenRejected' ? 'FunctionKeyTemporary' : error.code
    throw new CloudFault(code, 'COS_STS_SECRET_ID')
  })
  if (isRoot(holder)) throw new CloudFault('RootKey', 'COS_STS_SECRET_ID')
  if (holder.AccountId !== deployer.AccountId) {
    throw new CloudFault('OtherAccount', `${deployer.AccountId}, ${holder.AccountId}`)
  }
}

/** @throws CloudFault */
export async function checkEnvironment(cloud: CloudApi): Promise<void> {
  const { EnvId, Status } = await cloud.environment()
  if (!EnvId) throw new CloudFault('EnvironmentUnknown', cloud.env)
  if (Status !== 'NORMAL') throw new CloudFault('EnvironmentNotReady', `${EnvId}: ${Status}`)
}

/**
 * The bucket may not be read by everybody. A deployer who leaves the bucket alone may have no right to look.
 * @throws CloudFault `BucketPublic`, `BucketForbidden` when the bucket is to be configured
 */
export async function checkBucketPrivacy(
  key: CloudKey,
  config: CosConfig,
  mayLook: boolean,
): Promise<void> {
  await checkPrivacy(cosOf(key), config).catch((error) => {
    if (mayLook || !(error instanceof CloudFault && error.code === 'BucketForbidden')) throw error
  })
}

/** All that must hold before anything is changed. @returns the account @throws CloudFault */
export async function preflight(
  cloud: CloudApi,
  deployKey: CloudKey,
  settings: Settings,
): Promise<string> {
  const deployer = await checkDeployer(cloud)
  if (settings.COS_STS_SECRET_ID) {
    await checkHolder(functionKey(settings), deployKey, deployer, cloud.env)
  }
  await checkEnvironment(cloud)
  return deployer.AccountId
}

import CloudBase from '@cloudbase/manager-node'
import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import { SAMPLE } from '../project'
import { withRuleLine } from '../ruleSource'
import { type BucketParams, cosClient } from './bucketSettings'
import { apiError, bucketError, CloudError } from './errors'
import { type CloudKey, functionKey, type Settings } from './settings'

/** The identity of a key (document 1312/51820). */
export interface Identity {
  AccountId: string
  UserId: string
  Type: string
}

export interface EnvironmentState {
  EnvId: string
  Status: string
}

/** The state of a deployed function. */
export interface FunctionState {
  Runtime: string
  Handler: string
  MemorySize: number
  Timeout: number
  Status: string
  variables: Record<string, string>
}

export interface FunctionAnswer {
  /** The function's result as JSON. */
  RetMsg?: string
  ErrMsg?: string
  InvokeResult?: number
  RequestId?: string
}

/** The permission of a collection that only functions and administrators may read and write. */
export const FUNCTIONS_ONLY = 'ADMINONLY'

/** The APIs of CloudBase, SCF and STS, called with one key. Every failure is a CloudError. */
export class CloudApi {
  readonly #app: CloudBase
  readonly env: string

  constructor({ SecretId: secretId, SecretKey: secretKey, token }: CloudKey, env: string) {
    this.env = env
    this.#app = new CloudBase({ secretId, secretKey, envId: env, ...(token ? { token } : {}) })
  }

  get functions() {
    return this.#app.functions
  }

  async identity(): Promise<Identity> {
    const sts = this.#app.commonService('sts', '2018-08-13')
    return this.doing('GetCallerIdentity', () =>
      sts.call({ Action: 'GetCallerIdentity', Param: {} }),
    )
  }

  async environment(): Promise<EnvironmentState> {
    try {
      return (await this.#app.env.getEnvInfo()).EnvInfo as EnvironmentState
    } catch (error) {
      // The documents list several codes for an environment that does not exist or belongs to another account. The library
      // fails with a TypeError if the response is empty.
      const { code = '' } = error as { code?: string }
      if (/^(ResourceNotFound|InvalidParameter)/.test(code) || error instanceof TypeError) {
        throw new CloudError('EnvironmentUnknown', this.env)
      }
      throw apiError(error, 'DescribeEnvInfo')
    }
  }

  /** @returns undefined if there is no function of that name */
  async functionState(name: string): Promise<FunctionState | undefined> {
    try {
      // The library declares other fields than the API returns.
      const detail = (await this.functions.getFunctionDetail(name)) as unknown as FunctionState & {
        Environment?: { Variables?: { Key: string; Value: string }[] }
      }
      const pairs = detail.Environment?.Variables ?? []
      return {
        ...detail,
        variables: Object.fromEntries(pairs.map(({ Key, Value }) => [Key, Value])),
      }
    } catch (error) {
      if (/^ResourceNotFound\.Function/.test(String((error as { code?: string }).code))) return
      throw apiError(error, `GetFunction ${name}`)
    }
  }

  /** The library's method requires an environment with HTTP access. */
  async deleteFunction(FunctionName: string): Promise<void> {
    const scf = this.#app.commonService('scf', '2018-04-16')
    const Param = { FunctionName, Namespace: this.env }
    await this.doing(`DeleteFunction ${FunctionName}`, () =>
      scf.call({ Action: 'DeleteFunction', Param }),
    )
  }

  /**
   * Reserves memory for a function, which also limits the total memory of its instances
   * (PutReservedConcurrencyConfig, document 583/51247).
   * @param megabytes number of instances times the memory of one
   */
  async reserveMemory(FunctionName: string, megabytes: number): Promise<void> {
    const scf = this.#app.commonService('scf', '2018-04-16')
    const Param = { FunctionName, Namespace: this.env, ReservedConcurrencyMem: megabytes }
    await this.doing(`PutReservedConcurrencyConfig ${FunctionName}`, () =>
      scf.call({ Action: 'PutReservedConcurrencyConfig', Param }),
    )
  }

  /** The permission of a collection of the database (document 876/34821). @returns undefined if it does not exist */
  async collectionPermission(CollectionName: string): Promise<string | undefined> {
    const Param = { EnvId: this.env, CollectionName }
    const action = `DescribeDatabaseACL ${CollectionName}`
    try {
      const answer = await this.#app.commonService().call({ Action: 'DescribeDatabaseACL', Param })
      const { AclTag }: { AclTag: string } = answer
      return AclTag
    } catch (error) {
      const { code } = apiError(error, action)
      // Which code says that a collection does not exist is not documented.
      const isMissing = /NotFound|NotExist/i.test(String((error as { code?: string }).code))
      if (code === 'CloudRefused' && isMissing) return undefined
      throw apiError(error, action)
    }
  }

  /** Creates a collection if there is none, and lets only functions read and write it (document 876/34819). */
  async closeCollection(CollectionName: string): Promise<void> {
    const Param = { EnvId: this.env, CollectionName, AclTag: FUNCTIONS_ONLY }
    await this.doing(`CreateTable ${CollectionName}`, () =>
      this.#app.database.createCollectionIfNotExists(CollectionName),
    )
    await this.doing(`ModifyDatabaseACL ${CollectionName}`, () =>
      this.#app.commonService().call({ Action: 'ModifyDatabaseACL', Param }),
    )
  }

  /** Invokes a function anonymously: no mini program, no user. */
  async callFunction(name: string): Promise<FunctionAnswer> {
    return this.doing(`Invoke ${name}`, () => this.functions.invokeFunction(name, {}))
  }

  /** @throws CloudError */
  async doing<Result>(task: string, work: () => Promise<unknown>): Promise<Result> {
    try {
      return (await work()) as Result
    } catch (error) {
      throw apiError(error, task)
    }
  }
}

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
  bucket: BucketParams,
  env: string,
): Promise<string[]> {
  const cos = cosClient(key)
  const cloud = new CloudApi(key, env)
  const attempts: [action: string, attempt: () => Promise<unknown>][] = [
    ['cos:GetService', () => cos.getService()],
    ['cos:GetBucketACL', () => cos.getBucketAcl(bucket)],
    ['cos:GetBucketPolicy', () => cos.getBucketPolicy(bucket)],
    ['cos:GetBucketLifecycle', () => cos.getBucketLifecycle(bucket)],
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

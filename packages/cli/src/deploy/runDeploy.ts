import { dirname } from 'node:path'
import { type CosConfig, checkConfig, collectionsOf, trashLifecycle } from '@miniprogram-cos/server'
import { CloudApi, checkOwnConfig, excessRights, FUNCTIONS_ONLY, preflight } from '../cloud/account'
import { checkPrivacy } from '../cloud/bucketChecks'
import {
  bucketParams,
  type CloudStep,
  cosClient,
  planBucket,
  requireStrictSignature,
} from '../cloud/bucketSettings'
import { CloudError, describeError } from '../cloud/errors'
import { type CloudKey, deployKey, functionKey, type Settings } from '../cloud/settings'
import { maskId, type SafeOutput } from '../output'
import { functionFile } from '../project'
import { readerLanguage, t } from '../text'
import { buildFunction } from './buildFunctions'
import {
  checkCodeSize,
  checkFunction,
  deployFunction,
  describePlan,
  type FunctionPlan,
  limitInstances,
  planFunction,
  previousCode,
  wantedFunctions,
} from './deployFunction'

export interface DeployOptions {
  dryRun: boolean
  /** Deploys only this function. */
  only?: string
  /** Whether to configure the bucket, and the permissions of the database's collections. */
  bucket: boolean
  /** Deploys cos-signature to a bucket without strict signatures. */
  allowLaxSignatures: boolean
  /** Maximum number of concurrent instances of a function; 0 leaves the limit unchanged. */
  maxInstances: number
  /** A browser's origin to allow. */
  cors?: string
  /** Whether a function with another runtime may be deleted and created again. */
  recreate: boolean
  rollback: boolean
}

/** Completed and remaining steps, for the message after a failure. */
export interface DeployProgress {
  done: string[]
  open: string[]
}

/** A deployment whose preconditions have been checked. */
interface Deployment {
  cloud: CloudApi
  account: string
  key: CloudKey
  functions: { plan: FunctionPlan; folder: string }[]
  steps: CloudStep[]
  /** Actions that the key of the functions permits but does not need. */
  excess: string[]
}

/**
 * Checks the preconditions, prints the plan, and deploys. Strict signatures are set before any function is deployed.
 * @param agree confirms the plan; called once, after it is printed
 * @param progress filled in during the deployment, for the message after a failure
 * @throws CloudError
 */
export async function runDeploy(
  config: CosConfig,
  options: DeployOptions,
  settings: Settings,
  output: SafeOutput,
  progress: DeployProgress,
  agree: () => Promise<boolean>,
): Promise<void> {
  const deployment = await prepare(config, options, settings)
  for (const line of describe(config, options, deployment)) output.line(line)
  if (options.dryRun) {
    output.line(t('Nothing was changed (--dry-run).', '未做任何更改（--dry-run）。'))
  } else if (await agree()) {
    await deploy(deployment, options, output, progress)
    output.line(
      t(
        'Done. Next: npm run domains, then npm run doctor.',
        '完成。下一步：npm run domains，然后 npm run doctor。',
      ),
    )
  } else output.line(t('Nothing was changed.', '未做任何更改。'))
}

async function prepare(
  config: CosConfig,
  options: DeployOptions,
  settings: Settings,
): Promise<Deployment> {
  checkOwnConfig(config)
  const wanted = wantedFunctions(settings, options.only)
  const key = deployKey(settings)
  const cloud = new CloudApi(key, config.env)
  const account = await preflight(cloud, key, settings)
  const folders: string[] = []
  for (const { name } of wanted) {
    if (!options.rollback) await buildFunction(name)
    const built = dirname(functionFile(name))
    const folder = options.rollback ? await previousCode(config.env, name) : built
    checkCodeSize(name, folder)
    folders.push(folder)
  }
  const functions: Deployment['functions'] = []
  for (const [i, one] of wanted.entries()) {
    const plan = await planFunction(cloud, one, options.recreate)
    functions.push({ plan, folder: folders[i] as string })
  }
  const bucket = bucketParams(config)
  await checkPrivacy(cosClient(key), config).catch((error: CloudError) => {
    // Whoever deploys functions only need not be allowed to read the bucket's configuration.
    if (options.bucket || error.code !== 'BucketForbidden') throw error
  })
  const { rules } = checkConfig(config)
  const steps: CloudStep[] = []
  if (options.bucket) {
    steps.push(...(await planCollections(cloud, collectionsOf(rules))))
    steps.push(...(await planBucket(key, bucket, trashLifecycle(rules), options.cors)))
  }
  if (!options.bucket && !options.allowLaxSignatures) {
    const names = wanted.map(({ name }) => name)
    await requireStrictSignature(key, bucket, names)
  }
  const excess = settings.COS_STS_SECRET_ID
    ? await excessRights(functionKey(settings), bucket, config.env)
    : []
  return { cloud, account, key, functions, steps, excess }
}

/**
 * Closes the kit's collections to phones, which may add documents to a collection by default.
 * @throws CloudError
 */
function planCollections(cloud: CloudApi, names: string[]): Promise<CloudStep[]> {
  return Promise.all(
    names.map(async (name) => ({
      target: 'database' as const,
      what: t(
        `collection ${name}: only functions may read and write it (${FUNCTIONS_ONLY})`,
        `集合 ${name}：仅云函数可读写（${FUNCTIONS_ONLY}）`,
      ),
      isFirst: true,
      isSet: (await cloud.collectionPermission(name)) === FUNCTIONS_ONLY,
      set: () => cloud.closeCollection(name),
    })),
  )
}

function describe(
  config: CosConfig,
  { bucket, rollback }: DeployOptions,
  { account, key, functions, steps, excess }: Deployment,
): string[] {
  const { env } = config
  const id = maskId(key.SecretId)
  const collections = bucket ? [] : collectionsOf(checkConfig(config).rules)
  const warning = new CloudError('FunctionKeyTooPowerful', excess.join(', '))
  return [
    t(
      `Plan for the environment ${env}, account ${account}, key ${id}`,
      `部署计划：环境 ${env}，账号 ${account}，密钥 ${id}`,
    ),
    ...functions.flatMap(({ plan }) => describePlan(plan)),
    ...(rollback
      ? [t('  code      the previous one, from .deploy/', '  code      上一版，来自 .deploy/')]
      : []),
    ...steps.map(
      ({ target, what, isSet }) =>
        `  ${target.padEnd(9)} ${what}${isSet ? t('  (is set)', '（已设置）') : ''}`,
    ),
    ...(collections.length > 0
      ? [
          t(
            `  database  permission of ${collections.join(', ')}: not checked, not changed; npm run doctor checks it`,
            `  database  ${collections.join('、')} 的权限：不检查，不更改；可用 npm run doctor 检查`,
          ),
        ]
      : []),
    ...(excess.length > 0 ? [`! ${describeError(warning, readerLanguage())}`] : []),
  ]
}

async function deploy(
  { cloud, functions, steps }: Deployment,
  { maxInstances }: DeployOptions,
  output: SafeOutput,
  progress: DeployProgress,
): Promise<void> {
  const open = steps.filter(({ isSet }) => !isSet)
  const before = open.filter(({ isFirst }) => isFirst)
  const after = open.filter(({ isFirst }) => !isFirst)
  progress.open = [
    ...before.map(({ what }) => what),
    ...functions.map(({ plan }) => plan.wanted.name),
    ...after.map(({ what }) => what),
  ]
  const finish = (step: string, line: string) => {
    progress.open.splice(progress.open.indexOf(step), 1)
    progress.done.push(step)
    output.line(line)
  }
  const setUp = async ({ what, set }: CloudStep) => {
    await set()
    finish(what, `✓ ${what}`)
  }
  const deployOne = async ({ plan, folder }: Deployment['functions'][number]) => {
    const { name, MemorySize } = plan.wanted
    await deployFunction(cloud, plan, folder, (step) => output.line(`· ${step}`))
    await checkFunction(cloud, name)
    const limit = await limitInstances(cloud, name, MemorySize, maxInstances)
    if (limit) output.line(limit)
    finish(
      name,
      t(
        `✓ ${name} runs, and refuses a caller without identity`,
        `✓ ${name} 运行正常，并拒绝无身份的调用`,
      ),
    )
  }
  for (const step of before) await setUp(step)
  // Concurrently, because most of the time is waiting. An error of one is reported when the other has ended.
  const outcomes = await Promise.allSettled(functions.map(deployOne))
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
  for (const step of after) await setUp(step)
}

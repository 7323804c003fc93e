import { dirname } from 'node:path'
import { config } from '../../cos.config'
import { buildFunction, functionFile } from '../build/functions'
import { CloudApi } from '../cloud/cloudApi'
import { CloudFault, describeFault } from '../cloud/cloudFault'
import { readerLanguage } from '../cloud/language'
import type { SafeOutput } from '../cloud/secretText'
import { maskId } from '../cloud/secretText'
import { deployKey, functionKey, type Settings } from '../cloud/settings'
import { type BucketStep, planBucket, requireStrictSignature } from './bucketPlan'
import { checkCodeSize } from './checkCodeSize'
import { checkFunction } from './checkFunction'
import { deployFunction } from './deployFunction'
import { excessRights } from './excessRights'
import { describePlan, type FunctionPlan, planFunction } from './functionPlan'
import { limitInstances } from './limitInstances'
import type { DeployOptions } from './options'
import { checkBucketPrivacy, checkOwnConfig, preflight } from './preflight'
import { previousCode } from './previousCode'
import { wantedFunctions } from './wanted'

/** What has been done so far, for the message after a failure. */
export interface Done {
  done: string[]
  open: string[]
}

/**
 * The whole deployment.
 * @param agree asked once, after the plan has been shown
 * @throws CloudFault; `progress` then says how far it came
 */
export async function runDeploy(
  options: DeployOptions,
  settings: Settings,
  output: SafeOutput,
  progress: Done,
  agree: () => Promise<boolean>,
): Promise<void> {
  checkOwnConfig(config)
  const wanted = wantedFunctions(settings, options.only)
  const key = deployKey(settings)
  const cloud = new CloudApi(key, config.env)
  const account = await preflight(cloud, key, settings)
  const folders = new Map<string, string>()
  for (const { name } of wanted) {
    if (!options.rollback) await buildFunction(name)
    const folder = options.rollback
      ? await previousCode(config.env, name)
      : dirname(functionFile(name))
    checkCodeSize(name, folder)
    folders.set(name, folder)
  }
  const plans: FunctionPlan[] = []
  for (const one of wanted) plans.push(await planFunction(cloud, one, options.recreate))
  const place = { Bucket: config.bucket, Region: config.region }
  await checkBucketPrivacy(key, config, options.bucket)
  const steps = options.bucket ? await planBucket(key, place, options.cors) : []
  if (!options.bucket && !options.laxSignatures) {
    await requireStrictSignature(
      key,
      place,
      wanted.map(({ name }) => name),
    )
  }
  const excess = settings.COS_STS_SECRET_ID
    ? await excessRights(functionKey(settings), place, config.env)
    : []

  output.line(
    `Plan for the environment ${config.env}, account ${account}, key ${maskId(key.SecretId)}`,
  )
  for (const plan of plans) for (const line of describePlan(plan)) output.line(line)
  if (options.rollback) output.line('  code      the previous one, from .deploy/')
  for (const { what, isSet } of steps)
    output.line(`  bucket    ${what}${isSet ? '  (is set)' : ''}`)
  if (excess.length > 0) {
    const warning = new CloudFault('FunctionKeyTooPowerful', excess.join(', '))
    output.line(`! ${describeFault(warning, readerLanguage())}`)
  }
  if (options.dryRun) {
    output.line('Nothing was changed (--dry-run).')
    return
  }
  if (!(await agree())) {
    output.line('Nothing was changed.')
    return
  }
  const isFirst = ({ isFirst = false }: BucketStep) => isFirst
  const [before, after] = [
    openSteps(steps).filter(isFirst),
    openSteps(steps).filter((step) => !isFirst(step)),
  ]
  progress.open = [
    ...before.map(({ what }) => what),
    ...wanted.map(({ name }) => name),
    ...after.map(({ what }) => what),
  ]
  const finish = (what: string) => {
    progress.open.splice(progress.open.indexOf(what), 1)
    progress.done.push(what)
  }
  const deployOne = async (plan: FunctionPlan) => {
    const { name } = plan.wanted
    await deployFunction(cloud, plan, folders.get(name) as string, (step) =>
      output.line(`· ${step}`),
    )
    await checkFunction(cloud, name)
    const limit = await limitInstances(cloud, name, plan.wanted.MemorySize, options.maxInstances)
    if (limit) output.line(limit)
    finish(name)
    output.line(`✓ ${name} runs, and refuses a caller without identity`)
  }
  const setUp = async ({ what, set }: BucketStep) => {
    await set()
    finish(what)
    output.line(`✓ ${what}`)
  }
  for (const step of before) await setUp(step)
  // Side by side, since most of it is waiting; what goes wrong with one is told when the other has ended.
  const outcomes = await Promise.allSettled(plans.map(deployOne))
  const failed = outcomes.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  for (const step of after) await setUp(step)
  output.line('Done. Next: npm run domains, then npm run doctor.')
}

const openSteps = (steps: BucketStep[]) => steps.filter(({ isSet }) => !isSet)

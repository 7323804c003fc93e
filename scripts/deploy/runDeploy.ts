import { dirname } from 'node:path'
import { config } from '../../cos.config'
import { buildFunction, functionFile } from '../build/functions'
import { CloudApi } from '../cloud/cloudApi'
import type { SafeOutput } from '../cloud/secretText'
import { maskId } from '../cloud/secretText'
import { deployKey, type Settings } from '../cloud/settings'
import { type BucketStep, planBucket } from './bucketPlan'
import { checkCodeSize } from './checkCodeSize'
import { checkFunction } from './checkFunction'
import { deployFunction } from './deployFunction'
import { describePlan, type FunctionPlan, planFunction } from './functionPlan'
import type { DeployOptions } from './options'
import { checkOwnConfig, preflight } from './preflight'
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
  const steps = options.bucket ? await planBucket(key, place, options.cors) : []

  output.line(
    `Plan for the environment ${config.env}, account ${account}, key ${maskId(key.SecretId)}`,
  )
  for (const plan of plans) for (const line of describePlan(plan)) output.line(line)
  if (options.rollback) output.line('  code      the previous one, from .deploy/')
  for (const { what, isSet } of steps)
    output.line(`  bucket    ${what}${isSet ? '  (is set)' : ''}`)
  if (options.dryRun) {
    output.line('Nothing was changed (--dry-run).')
    return
  }
  if (!(await agree())) {
    output.line('Nothing was changed.')
    return
  }
  progress.open = [...wanted.map(({ name }) => name), ...openSteps(steps).map(({ what }) => what)]
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
    finish(name)
    output.line(`✓ ${name} runs, and refuses a caller without identity`)
  }
  // Side by side, since most of it is waiting; what goes wrong with one is told when the other has ended.
  const outcomes = await Promise.allSettled(plans.map(deployOne))
  const failed = outcomes.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  for (const { what, set } of openSteps(steps)) {
    await set()
    finish(what)
    output.line(`✓ ${what}`)
  }
  output.line('Done. Next: npm run domains, then npm run doctor.')
}

const openSteps = (steps: BucketStep[]) => steps.filter(({ isSet }) => !isSet)

import type { CloudApi } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'
import { differences, type FunctionPlan } from './functionPlan'
import { checkRunningCode, keepRunningCode } from './previousCode'

const MAX_WAIT_MS = 5 * 60_000

/** Told each step as it begins. */
export type Progress = (step: string) => void

/**
 * Brings one function to what its plan says, and looks whether it is so.
 * @param folder the built function
 * @throws CloudFault
 */
export async function deployFunction(
  cloud: CloudApi,
  plan: FunctionPlan,
  folder: string,
  progress: Progress,
): Promise<void> {
  const { wanted, action } = plan
  const { name } = wanted
  if (plan.present) {
    progress(`${name}: keeping the code that runs now`)
    await keepRunningCode(cloud, name, folder)
  }
  if (action === 'recreate') {
    progress(`${name}: deleting it`)
    await cloud.deleteFunction(name)
  }
  if (action === 'update') await update(cloud, plan, folder, progress)
  else {
    progress(`${name}: creating it`)
    await cloud.doing(`CreateFunction ${name}`, () =>
      cloud.functions.createFunction({
        func: settingsOf(plan),
        functionPath: folder,
        deployMode: 'zip',
      }),
    )
  }
  progress(`${name}: reading it back`)
  const present = await cloud.functionState(name)
  if (!present) throw new CloudFault('FunctionNotDeployed', name)
  if (present.Status !== 'Active')
    throw new CloudFault('FunctionNotActive', `${name}: ${present.Status}`)
  const wrong = differences(present, { ...wanted, variables: plan.variables })
  if (wrong.length > 0) throw new CloudFault('FunctionDiffers', `${name}: ${wrong.join(', ')}`)
  await checkRunningCode(cloud, name, folder)
}

async function update(
  cloud: CloudApi,
  plan: FunctionPlan,
  folder: string,
  progress: Progress,
): Promise<void> {
  const { name } = plan.wanted
  progress(`${name}: uploading the code`)
  await cloud.doing(`UpdateFunctionCode ${name}`, () =>
    cloud.functions.updateFunctionCode({
      func: settingsOf(plan),
      functionPath: folder,
      deployMode: 'zip',
    }),
  )
  await waitUntilActive(cloud, name)
  if (!plan.configures) return
  progress(`${name}: setting memory, timeout and variables`)
  await cloud.doing(`UpdateFunctionConfiguration ${name}`, () =>
    cloud.functions.updateFunctionConfig(settingsOf(plan)),
  )
  await waitUntilActive(cloud, name)
}

/** While a change is under way the platform refuses the next. The library asks once a second; this is quicker. */
async function waitUntilActive(cloud: CloudApi, name: string): Promise<void> {
  const end = Date.now() + MAX_WAIT_MS
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    const state = await cloud.functionState(name)
    if (!/^(Creating|Updating|Publishing)$/.test(state?.Status ?? '')) return
    if (Date.now() > end) throw new CloudFault('FunctionNotActive', `${name}: ${state?.Status}`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

function settingsOf({ wanted, variables }: FunctionPlan) {
  return {
    name: wanted.name,
    runtime: wanted.Runtime,
    handler: wanted.Handler,
    memorySize: wanted.MemorySize,
    timeout: wanted.Timeout,
    installDependency: false,
    envVariables: variables,
    triggers: [],
  }
}

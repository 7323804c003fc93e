import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { CloudApi, FunctionState } from '../cloud/account'
import { CloudError } from '../cloud/errors'
import { FUNCTION_VARIABLES, functionKey, type Settings } from '../cloud/settings'
import { maskId } from '../output'
import { at, functionNames } from '../project'
import { t } from '../text'

/** The settings that a function must have on the cloud. */
export interface WantedFunction {
  name: string
  Runtime: string
  Handler: string
  /** MB. */
  MemorySize: number
  /** Seconds. A key requires one call of STS, which may take 5 s and is retried once. */
  Timeout: number
  /** The variables that this kit sets; others are kept. */
  variables: Record<string, string>
}

/** CloudBase's limit of all variables of a function: 4 KB. */
const MAX_VARIABLES_BYTES = 4096

/** The settings of all functions, or of one. @throws CloudError `FunctionKeyMissing`, `KeyMalformed` */
export function wantedFunctions(settings: Settings, only?: string): WantedFunction[] {
  const isByRole = settings.COS_STS_MODE === 'assume-role'
  if (!isByRole || settings.COS_STS_SECRET_ID) functionKey(settings)
  const set = FUNCTION_VARIABLES.filter((name) => settings[name])
  const variables = Object.fromEntries(set.map((name) => [name, settings[name] as string]))
  return functionNames()
    .filter((name) => only === undefined || name === only)
    .map((name) => ({
      name,
      Runtime: 'Nodejs20.19',
      Handler: 'index.main',
      MemorySize: 256,
      Timeout: 20,
      variables,
    }))
}

/** Merges the kit's variables into those of a function. Others are kept. @throws CloudError `VariablesTooLong` */
function mergedVariables(
  { name, variables }: WantedFunction,
  present: Record<string, string> = {},
): Record<string, string> {
  const merged = { ...present, ...variables }
  const bytes = Object.entries(merged).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  if (bytes > MAX_VARIABLES_BYTES)
    throw new CloudError('VariablesTooLong', `${name}, ${bytes} bytes`)
  return merged
}

/** The changes that deploying makes to one function. */
export interface FunctionPlan {
  wanted: WantedFunction
  present: FunctionState | undefined
  action: 'create' | 'update' | 'recreate'
  /** All variables after the deployment. */
  variables: Record<string, string>
  /** Whether settings differ. */
  configures: boolean
}

/** @throws CloudError `RuntimeDiffers` unless the function may be deleted and created again */
export async function planFunction(
  cloud: CloudApi,
  wanted: WantedFunction,
  mayRecreate: boolean,
): Promise<FunctionPlan> {
  const present = await cloud.functionState(wanted.name)
  const variables = mergedVariables(wanted, present?.variables)
  const base = { wanted, present, variables }
  if (!present) return { ...base, action: 'create', configures: true }
  if (present.Runtime !== wanted.Runtime) {
    const difference = `${wanted.name} has ${present.Runtime}, not ${wanted.Runtime}`
    if (!mayRecreate) throw new CloudError('RuntimeDiffers', difference)
    return { ...base, action: 'recreate', configures: true }
  }
  return { ...base, action: 'update', configures: differences(present, wanted).length > 0 }
}

/** The differences between a deployed function and the required settings; only the names of variables. */
function differences(present: FunctionState, wanted: WantedFunction): string[] {
  const fields = (['Runtime', 'Handler', 'MemorySize', 'Timeout'] as const).filter(
    (field) => String(present[field]) !== String(wanted[field]),
  )
  const variables = Object.entries(wanted.variables).filter(
    ([name, value]) => present.variables[name] !== value,
  )
  return [
    ...fields.map((field) => `${field} ${present[field]} instead of ${wanted[field]}`),
    ...variables.map(([name]) => `variable ${name}`),
  ]
}

/** The plan as lines, with keys masked. */
export function describePlan({ wanted, present, action, variables }: FunctionPlan): string[] {
  const { name, Runtime, MemorySize, Timeout } = wanted
  const lines = Object.keys(variables).map((key) => {
    const own = wanted.variables[key]
    if (own === undefined) return `      ${key}  ${t('kept', '保留')}`
    const shown = key === 'COS_STS_SECRET_ID' ? maskId(own) : /SECRET/.test(key) ? '****' : own
    const before = present?.variables[key]
    return `      ${key}=${shown}${before === own ? '' : before === undefined ? `  ${t('new', '新增')}` : `  ${t('changed', '更改')}`}`
  })
  const changes = present ? differences(present, wanted) : []
  const fields = changes.filter((change) => !change.startsWith('variable'))
  return [
    `  ${action.padEnd(9)} ${name}  ${Runtime}, ${MemorySize} MB, ${Timeout} s`,
    ...fields.map((field) => `      ${t('was', '原为')} ${field}`),
    ...lines,
  ]
}

/** The CloudBase library's limit of a ZIP in a request. */
const MAX_ZIP_BYTES = 1.5 * 1024 * 1024

/** Checks that a built function can be uploaded in one request. @throws CloudError `CodeTooLarge` */
export function checkCodeSize(name: string, folder: string): void {
  const bytes = readdirSync(folder).reduce(
    (sum, file) => sum + deflateRawSync(readFileSync(join(folder, file))).length,
    0,
  )
  if (bytes > MAX_ZIP_BYTES) {
    throw new CloudError('CodeTooLarge', `${name}, ${(bytes / 1024 / 1024).toFixed(1)} MB`)
  }
}

const MAX_WAIT_MS = 5 * 60_000

/** Called when a step begins. */
export type Progress = (step: string) => void

/**
 * Executes the plan of one function, then reads the settings back and compares them.
 * @param folder the built function
 * @throws CloudError
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
    progress(t(`${name}: keeping the running code`, `${name}：备份线上代码`))
    await keepRunningCode(cloud, name, folder)
  }
  if (action === 'recreate') {
    progress(t(`${name}: deleting it`, `${name}：删除`))
    await cloud.deleteFunction(name)
  }
  if (action === 'update') await update(cloud, plan, folder, progress)
  else {
    progress(t(`${name}: creating it`, `${name}：创建`))
    await cloud.doing(`CreateFunction ${name}`, () =>
      cloud.functions.createFunction({
        func: settingsOf(plan),
        functionPath: folder,
        deployMode: 'zip',
      }),
    )
  }
  progress(t(`${name}: reading it back`, `${name}：读回核对`))
  await checkDeployed(cloud, { ...wanted, variables: plan.variables })
  await checkRunningCode(cloud, name, folder)
}

/**
 * Checks that a function is deployed and active, with the right settings and key.
 * @throws CloudError
 */
export async function checkDeployed(cloud: CloudApi, wanted: WantedFunction): Promise<void> {
  const { name } = wanted
  const present = await cloud.functionState(name)
  if (!present) throw new CloudError('FunctionNotDeployed', name)
  if (present.Status !== 'Active') {
    throw new CloudError('FunctionNotActive', `${name}: ${present.Status}`)
  }
  if (present.Runtime !== wanted.Runtime) {
    throw new CloudError('RuntimeDiffers', `${name}: ${present.Runtime}`)
  }
  for (const variable of Object.keys(wanted.variables)) {
    if (present.variables[variable] === undefined) {
      throw new CloudError('VariableMissing', `${name}: ${variable}`)
    }
    if (present.variables[variable] !== wanted.variables[variable]) {
      throw new CloudError('FunctionKeyDiffers', `${name}: ${variable}`)
    }
  }
  const [difference] = differences(present, wanted)
  if (difference) throw new CloudError('FunctionDiffers', `${name}: ${difference}`)
}

async function update(
  cloud: CloudApi,
  plan: FunctionPlan,
  folder: string,
  progress: Progress,
): Promise<void> {
  const { name } = plan.wanted
  progress(t(`${name}: uploading the code`, `${name}：上传代码`))
  await cloud.doing(`UpdateFunctionCode ${name}`, () =>
    cloud.functions.updateFunctionCode({
      func: settingsOf(plan),
      functionPath: folder,
      deployMode: 'zip',
    }),
  )
  await waitUntilActive(cloud, name)
  if (!plan.configures) return
  progress(t(`${name}: setting memory, timeout and variables`, `${name}：设置内存、超时与环境变量`))
  await cloud.doing(`UpdateFunctionConfiguration ${name}`, () =>
    cloud.functions.updateFunctionConfig(settingsOf(plan)),
  )
  await waitUntilActive(cloud, name)
}

/** Waits for a change, because the platform refuses concurrent changes. Polls faster than the library. */
async function waitUntilActive(cloud: CloudApi, name: string): Promise<void> {
  const end = Date.now() + MAX_WAIT_MS
  for (let pause = 100; ; pause = Math.min(pause * 2, 2000)) {
    const state = await cloud.functionState(name)
    if (!/^(Creating|Updating|Publishing)$/.test(state?.Status ?? '')) return
    if (Date.now() > end) throw new CloudError('FunctionNotActive', `${name}: ${state?.Status}`)
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

/** Invokes a function anonymously, which it must refuse. @throws CloudError `FunctionFails`, `FunctionOpen` */
export async function checkFunction(cloud: CloudApi, name: string): Promise<void> {
  const { RetMsg, ErrMsg, InvokeResult, RequestId } = await cloud.callFunction(name)
  const detail = `${name}${RequestId ? `, RequestId ${RequestId}` : ''}`
  if (InvokeResult || ErrMsg) throw new CloudError('FunctionFails', detail)
  let answer: { error?: { code?: string } } | null
  try {
    answer = JSON.parse(RetMsg ?? 'null')
  } catch {
    throw new CloudError('FunctionFails', `${detail}, the answer is not JSON`)
  }
  const code = answer?.error?.code
  if (code === 'KitNoIdentity') return
  if (code) throw new CloudError('FunctionFails', `${detail}, ${code}`)
  throw new CloudError('FunctionOpen', detail)
}

/**
 * Limits the concurrent instances of a function. Each instance counts its callers separately, so the number of keys per
 * caller and minute grows with the instances.
 * @param memory memory of one instance, in MB
 * @param instances 0 leaves the limit unchanged
 * @returns a line about the result; the function also works if the platform refuses the limit
 */
export async function limitInstances(
  cloud: CloudApi,
  name: string,
  memory: number,
  instances: number,
): Promise<string | undefined> {
  if (instances === 0) return undefined
  try {
    await cloud.reserveMemory(name, memory * instances)
    return t(
      `· ${name}: at most ${instances} instances at once`,
      `· ${name}：最多同时运行 ${instances} 个实例`,
    )
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    return t(
      `! ${name}: instances are not limited: ${error.message}`,
      `! ${name}：未能限制实例数：${error.message}`,
    )
  }
}

/** Folder for replaced code, ignored by git. */
const folderOf = (env: string, name: string) => at('.deploy', env, name)

/** Downloads the deployed code of a function to a temporary folder. @throws CloudError */
async function withDeployedCode(
  cloud: CloudApi,
  name: string,
  work: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'))
  try {
    await cloud.doing(`download of ${name}`, () =>
      cloud.functions.downloadFunctionCode({
        destPath: folder,
        envId: cloud.env,
        functionName: name,
      }),
    )
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Saves the deployed code, unless it equals the new code. */
async function keepRunningCode(cloud: CloudApi, name: string, next: string): Promise<void> {
  await withDeployedCode(cloud, name, async (folder) => {
    if (await hasSameCode(folder, next)) return
    const savedFolder = folderOf(cloud.env, name)
    await rm(savedFolder, { recursive: true, force: true })
    await cp(folder, savedFolder, { recursive: true })
  })
}

/** Compares the deployed code with the uploaded code. @throws CloudError `CodeDiffers` */
async function checkRunningCode(cloud: CloudApi, name: string, built: string): Promise<void> {
  await withDeployedCode(cloud, name, async (folder) => {
    if (!(await hasSameCode(folder, built))) throw new CloudError('CodeDiffers', name)
  })
}

async function hasSameCode(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((folder) => readFile(join(folder, 'index.js')).catch(() => undefined)),
  )
  return a !== undefined && b !== undefined && a.equals(b)
}

/** Copies the previous code, because deploying it replaces the saved code. @throws CloudError `NoPrevious` */
export async function previousCode(env: string, name: string): Promise<string> {
  const savedFolder = folderOf(env, name)
  if (!existsSync(join(savedFolder, 'index.js'))) throw new CloudError('NoPrevious', name)
  const copy = `${savedFolder}.rollback`
  await rm(copy, { recursive: true, force: true })
  await cp(savedFolder, copy, { recursive: true })
  return copy
}

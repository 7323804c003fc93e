import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import type { CloudApi, FunctionState } from '../cloud/api'
import { CloudError } from '../cloud/errors'
import { FUNCTION_VARIABLES, functionKey, type Settings } from '../cloud/settings'
import { functionNames } from '../functions/functionFiles'
import { maskId } from '../output'
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
export function differences(present: FunctionState, wanted: WantedFunction): string[] {
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
  const fields = changes.filter((one) => !one.startsWith('variable'))
  return [
    `  ${action.padEnd(9)} ${name}  ${Runtime}, ${MemorySize} MB, ${Timeout} s`,
    ...fields.map((one) => `      ${t('was', '原为')} ${one}`),
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

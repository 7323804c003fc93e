import type { CloudApi, FunctionState } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'
import { maskId } from '../cloud/secretText'
import { mergedVariables, type WantedFunction } from './wanted'

/** What will be done with one function. */
export interface FunctionPlan {
  wanted: WantedFunction
  present: FunctionState | undefined
  action: 'create' | 'update' | 'recreate'
  /** All variables it will have. */
  variables: Record<string, string>
  /** Whether anything besides the code differs. */
  configures: boolean
}

/** @throws CloudFault `RuntimeDiffers` unless it may be made anew */
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
    if (!mayRecreate) throw new CloudFault('RuntimeDiffers', difference)
    return { ...base, action: 'recreate', configures: true }
  }
  return { ...base, action: 'update', configures: differences(present, wanted).length > 0 }
}

/** What a deployed function has that it should not have; names of variables only. */
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

/** The plan as lines to read; keys masked. */
export function describePlan({ wanted, present, action, variables }: FunctionPlan): string[] {
  const { name, Runtime, MemorySize, Timeout } = wanted
  const lines = Object.keys(variables).map((key) => {
    const own = wanted.variables[key]
    if (own === undefined) return `      ${key}  kept`
    const shown = key === 'COS_STS_SECRET_ID' ? maskId(own) : /SECRET/.test(key) ? '****' : own
    const before = present?.variables[key]
    return `      ${key}=${shown}${before === own ? '' : before === undefined ? '  new' : '  changed'}`
  })
  const changes = present ? differences(present, wanted) : []
  const fields = changes.filter((one) => !one.startsWith('variable'))
  return [
    `  ${action.padEnd(9)} ${name}  ${Runtime}, ${MemorySize} MB, ${Timeout} s`,
    ...fields.map((one) => `      was ${one}`),
    ...lines,
  ]
}

import { FUNCTIONS } from '../build/functions'
import { CloudFault } from '../cloud/cloudFault'
import { FUNCTION_VARIABLES, functionKey, type Settings } from '../cloud/settings'

/** A function as it shall be on the cloud. */
export interface WantedFunction {
  name: string
  Runtime: string
  Handler: string
  /** MB. */
  MemorySize: number
  /** Seconds: a key takes one call of STS, which may take five and be tried twice. */
  Timeout: number
  /** The variables that are ours; what else is set stays. */
  variables: Record<string, string>
}

/** CloudBase allows 4 KB for all variables of a function. */
const MAX_VARIABLES_BYTES = 4096

/** All functions, or the one that is named. @throws CloudFault `FunctionKeyMissing`, `KeyMalformed` */
export function wantedFunctions(settings: Settings, only?: string): WantedFunction[] {
  const isByRole = settings.COS_STS_MODE === 'assume-role'
  if (!isByRole || settings.COS_STS_SECRET_ID) functionKey(settings)
  const set = FUNCTION_VARIABLES.filter((name) => settings[name])
  const variables = Object.fromEntries(set.map((name) => [name, settings[name] as string]))
  return FUNCTIONS.filter((name) => only === undefined || name === only).map((name) => ({
    name,
    Runtime: 'Nodejs20.19',
    Handler: 'index.main',
    MemorySize: 256,
    Timeout: 20,
    variables,
  }))
}

/** What was set by hand stays; ours win. @throws CloudFault `VariablesTooLong` */
export function mergedVariables(
  { name, variables }: WantedFunction,
  present: Record<string, string> = {},
): Record<string, string> {
  const merged = { ...present, ...variables }
  const bytes = Object.entries(merged).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  )
  if (bytes > MAX_VARIABLES_BYTES)
    throw new CloudFault('VariablesTooLong', `${name}, ${bytes} bytes`)
  return merged
}

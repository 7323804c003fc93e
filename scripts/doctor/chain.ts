import type { Check } from './check'
import { bucket } from './checks/bucket'
import { bucketRules } from './checks/bucketRules'
import { configuration } from './checks/configuration'
import { domains } from './checks/domains'
import { envFile } from './checks/envFile'
import { environment } from './checks/environment'
import { functionCalls } from './checks/functionCalls'
import { functions } from './checks/functions'
import { keys } from './checks/keys'
import { nodeVersion } from './checks/nodeVersion'
import { probe } from './checks/probe'
import { tools } from './checks/tools'

/** From this computer to an object in the bucket: each link needs those before it. */
export const CHAIN: Check[] = [
  nodeVersion,
  tools,
  configuration,
  envFile,
  keys,
  environment,
  functions,
  functionCalls,
  bucket,
  bucketRules,
  probe,
  domains,
]

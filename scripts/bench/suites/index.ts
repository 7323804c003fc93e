import type { Suite } from '../figure'
import { client } from './client'
import { cloudFunctions } from './cloudFunctions'
import { keyRequests } from './keyRequests'
import { localCos } from './localCos'
import { networks } from './networks'
import { size } from './size'

/** All suites by the names that `npm run bench` takes, in the order of the report. They load what is built. */
export const SUITES = {
  size,
  client,
  keys: keyRequests,
  networks,
  'cloud-functions': cloudFunctions,
  'local-cos': localCos,
} satisfies Record<string, Suite>

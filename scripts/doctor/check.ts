import type { CosConfig } from '@miniprogram-cos/server'
import type { CloudFault } from '../cloud/cloudFault'
import type { Text } from '../cloud/language'
import type { Settings } from '../cloud/settings'

/** What checks look at. */
export interface Patient {
  config: CosConfig
  settings: Settings
  /** Version of Node that runs. */
  node: string
  /** Text of the console's domain lists, if it was given. */
  domains?: string
  /** Told what is wrong without keeping anything from working. */
  warn: (fault: CloudFault) => void
}

/** One link of the chain. */
export interface Check {
  name: Text
  /** @returns more to say about what was found good @throws CloudFault */
  run: (patient: Patient) => Promise<string | undefined>
}

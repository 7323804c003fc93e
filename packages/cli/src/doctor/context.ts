import type { CosConfig } from '@miniprogram-cos/server'
import type { CloudError } from '../cloud/errors'
import type { Settings } from '../cloud/settings'
import type { Text } from '../text'

/** The input of the checks. */
export interface DoctorContext {
  config: CosConfig
  settings: Settings
  /** Version of Node that runs. */
  node: string
  /** The console's domain lists as text, if they were passed. */
  domains?: string
  /** Called with warnings. */
  warn: (error: CloudError) => void
}

/** One check of the doctor. */
export interface Check {
  name: Text
  /** @returns details of a successful result @throws CloudError */
  run: (context: DoctorContext) => Promise<string | undefined>
}

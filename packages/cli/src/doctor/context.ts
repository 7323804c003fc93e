import type { CosConfig } from '@miniprogram-cos/server'
import type { CloudError } from '../cloud/errors'
import type { Settings } from '../cloud/settings'
import type { Text } from '../text'

/** What checks read. */
export interface DoctorContext {
  config: CosConfig
  settings: Settings
  /** Version of Node that runs. */
  node: string
  /** Text of the console's domain lists, if it was given. */
  domains?: string
  /** Called with what is wrong without keeping anything from working. */
  warn: (error: CloudError) => void
}

/** One check of the doctor. */
export interface Check {
  name: Text
  /** @returns details of a result that is good @throws CloudError */
  run: (context: DoctorContext) => Promise<string | undefined>
}

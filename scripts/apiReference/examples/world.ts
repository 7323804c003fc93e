import type { OperationName } from '@miniprogram-cos/protocol'
import type { COS } from 'miniprogram-cos'

/** What an example finds around it. */
export interface ExampleWorld {
  cos: COS
  /** The client's own. */
  Bucket: string
  Region: string
  /** An object that there is. */
  Key: string
  /** A local file. */
  FilePath: string
  /** Another object, as copies name it. */
  CopySource: string
}

/** An example for each operation named: its body stands in the reference as it is, and is run by a test. */
export type Examples<Name extends OperationName> = Record<
  Name,
  (world: ExampleWorld) => Promise<void>
>

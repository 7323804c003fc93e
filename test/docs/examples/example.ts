import type { COS } from 'miniprogram-cos'

/** What an example finds around it. */
export interface ExampleContext {
  cos: COS
  /** The client's own. */
  Bucket: string
  Region: string
  /** Key of an existing object. */
  Key: string
  /** Path of a local file. */
  FilePath: string
  /** Another object, as copies name it. */
  CopySource: string
}

/** The examples of some methods. A test runs them, and the API reference shows their bodies. */
export type Examples = Record<string, (context: ExampleContext) => Promise<void>>

import type { OperationName } from '@miniprogram-cos/protocol'
import { buckets } from './buckets'
import { client } from './client'
import type { Examples } from './example'
import { inventory } from './inventory'
import { multipart } from './multipart'
import { objects } from './objects'
import { settings } from './settings'

/** One example for every operation: a missing one does not compile. */
const operationExamples: Record<OperationName, Examples[string]> = {
  ...objects,
  ...multipart,
  ...buckets,
  ...settings,
  ...inventory,
}

/** The examples of the client's other methods, too. */
export const EXAMPLES: Examples = { ...client, ...operationExamples }

import type { Document } from './bucketConfigurations'
import { all, type Form, list, within, wrapped } from './form'
import { type BucketParams, operation, type ResultMeta } from './operation'

export interface InventoryParams extends BucketParams {
  /** Name of the inventory job. */
  Id: string
}

export interface PutBucketInventoryParams extends InventoryParams {
  InventoryConfiguration: Document
}

export interface GetBucketInventoryResult extends ResultMeta {
  InventoryConfiguration: Document
}

export interface ListBucketInventoryParams extends BucketParams {
  /** Where to go on: the last `NextContinuationToken`. */
  ContinuationToken?: string
}

export interface ListBucketInventoryResult extends ResultMeta {
  InventoryConfigurations: Document[]
  [element: string]: unknown
}

/** SSECOS is `<SSE-COS>`. */
const ENCRYPTION: Form = [
  ({ SSECOS, ...rest }) => ({ 'SSE-COS': SSECOS, ...rest }),
  (content) => {
    const { 'SSE-COS': SSECOS, ...rest } = content
    return 'SSE-COS' in content ? { SSECOS, ...rest } : content
  },
]

export const INVENTORY: Form = all(
  within('OptionalFields', wrapped('Field')),
  within('Destination', within('COSBucketDestination', within('Encryption', ENCRYPTION))),
)

const [, readJobs] = list('InventoryConfiguration', undefined, INVENTORY)

export const listBucketInventory = operation<ListBucketInventoryParams, ListBucketInventoryResult>(
  'GET',
  'bucket',
  'ListBucketInventory',
  {
    subresource: 'inventory',
    query: ['continuation-token'],
    result: ({ xml }) => readJobs(xml('ListInventoryConfigurationResult')) as never,
  },
)

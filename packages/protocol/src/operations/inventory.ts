import {
  all,
  configuration,
  type Document,
  list,
  type Mapping,
  within,
  wrapped,
} from './configuration'
import { type BucketParams, defineOperation, type Operation, type ResultMeta } from './define'

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

/** The field SSECOS stands for the element `<SSE-COS>`. */
const ENCRYPTION: Mapping = [
  ({ SSECOS, ...rest }) => ({ 'SSE-COS': SSECOS, ...rest }),
  (content) => {
    const { 'SSE-COS': SSECOS, ...rest } = content
    return 'SSE-COS' in content ? { SSECOS, ...rest } : content
  },
]

const INVENTORY = all(
  within('OptionalFields', wrapped('Field')),
  within('Destination', within('COSBucketDestination', within('Encryption', ENCRYPTION))),
)

export const [putBucketInventory, getBucketInventory, deleteBucketInventory] = configuration<
  PutBucketInventoryParams,
  GetBucketInventoryResult,
  InventoryParams
>('Inventory', { _map: INVENTORY, _common: { needs: ['id'] } })

export const postBucketInventory: Operation<PutBucketInventoryParams> = {
  ...putBucketInventory,
  method: 'POST',
  access: [{ action: 'PostBucketInventory', on: 'bucket' }],
  _idempotent: false,
}

export interface ListBucketInventoryParams extends BucketParams {
  /** The last `NextContinuationToken`. @default the first page */
  ContinuationToken?: string
}

export interface ListBucketInventoryResult extends ResultMeta {
  InventoryConfigurations: Document[]
  [element: string]: unknown
}

const [, readJobs] = list('InventoryConfiguration', undefined, INVENTORY)

export const listBucketInventory = defineOperation<
  ListBucketInventoryParams,
  ListBucketInventoryResult
>('GET', 'bucket', 'ListBucketInventory', {
  subresource: 'inventory',
  query: ['continuation-token'],
  _parse: ({ xml }) => readJobs(xml('ListInventoryConfigurationResult')),
})

import { asList, type XmlElement } from '../xml/readXml'
import type { Document } from './bucketConfigurations'
import { type Own, xmlBody } from './configuration'
import { dashedQuery } from './dashed'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

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
  ContinuationToken?: string
}

/** `OptionalFields: ['Size']` and `Encryption: { SSECOS }`, as COS writes them. */
function toXml(given: Document): Document {
  const document = { ...given }
  const place = given.Destination?.COSBucketDestination as Document | undefined
  if (place?.Encryption) {
    const { SSECOS, ...encryption } = place.Encryption as Document
    document.Destination = {
      COSBucketDestination: { ...place, Encryption: { 'SSE-COS': SSECOS, ...encryption } },
    }
  }
  if (Array.isArray(given.OptionalFields)) document.OptionalFields = { Field: given.OptionalFields }
  return document
}

function fromXml(given: XmlElement): Document {
  const configuration: Document = { ...given }
  if (given.OptionalFields) {
    configuration.OptionalFields = asList<string>((given.OptionalFields as XmlElement).Field)
  }
  const place = (given.Destination as XmlElement | undefined)?.COSBucketDestination as
    | XmlElement
    | undefined
  const encryption = place?.Encryption as XmlElement | undefined
  if (place && encryption && 'SSE-COS' in encryption) {
    const { 'SSE-COS': SSECOS, ...rest } = encryption
    configuration.Destination = {
      COSBucketDestination: { ...place, Encryption: { SSECOS, ...rest } },
    }
  }
  return configuration
}

const INVENTORY = { subresource: 'inventory' }

const WRITE = {
  ...INVENTORY,
  contentMd5: true,
  request: ({ Id, InventoryConfiguration }: PutBucketInventoryParams) => ({
    query: { id: Id },
    ...xmlBody('InventoryConfiguration', toXml(InventoryConfiguration)),
  }),
}

const oneJob = ({ Id }: InventoryParams) => ({ query: { id: Id } })

export const putBucketInventory = bucketOperation<PutBucketInventoryParams>(
  'PUT',
  'PutBucketInventory',
  WRITE,
)

export const postBucketInventory = bucketOperation<PutBucketInventoryParams>(
  'POST',
  'PostBucketInventory',
  { ...WRITE, idempotent: false },
)

export const getBucketInventory = bucketOperation<InventoryParams, Own<GetBucketInventoryResult>>(
  'GET',
  'GetBucketInventory',
  {
    ...INVENTORY,
    needs: ['id'],
    request: oneJob,
    result: (reply) => ({ InventoryConfiguration: fromXml(reply.xml('InventoryConfiguration')) }),
  },
)

export const deleteBucketInventory = bucketOperation<InventoryParams>(
  'DELETE',
  'DeleteBucketInventory',
  { ...INVENTORY, request: oneJob },
)

export const listBucketInventory = bucketOperation<
  ListBucketInventoryParams,
  { InventoryConfigurations: Document[]; [element: string]: unknown }
>('GET', 'ListBucketInventory', {
  ...INVENTORY,
  request: (params) => ({ query: dashedQuery(params, ['ContinuationToken']) }),
  result(reply) {
    const { InventoryConfiguration, ...rest } = reply.xml('ListInventoryConfigurationResult')
    return {
      ...rest,
      InventoryConfigurations: asList<XmlElement>(InventoryConfiguration).map(fromXml),
    }
  },
})

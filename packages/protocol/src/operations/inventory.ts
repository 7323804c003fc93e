import { asList, type XmlElement } from '../xml/readXml'
import type { Document } from './bucketConfigurations'
import { xmlBody } from './configuration'
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

const writeInventory = (method: 'PUT' | 'POST', action: string) =>
  operation<PutBucketInventoryParams>({
    method,
    target: 'bucket',
    subresource: 'inventory',
    access: [{ action, on: 'bucket' }],
    idempotent: method === 'PUT',
    contentMd5: true,
    request: ({ Id, InventoryConfiguration }) => ({
      query: { id: Id },
      ...xmlBody('InventoryConfiguration', toXml(InventoryConfiguration)),
    }),
  })

export const putBucketInventory = writeInventory('PUT', 'PutBucketInventory')

export const postBucketInventory = writeInventory('POST', 'PostBucketInventory')

export const getBucketInventory = operation<
  InventoryParams,
  Omit<GetBucketInventoryResult, keyof ResultMeta>
>({
  method: 'GET',
  target: 'bucket',
  subresource: 'inventory',
  needs: ['id'],
  access: [{ action: 'GetBucketInventory', on: 'bucket' }],
  idempotent: true,
  request: ({ Id }) => ({ query: { id: Id } }),
  result: (reply) => ({ InventoryConfiguration: fromXml(reply.xml('InventoryConfiguration')) }),
})

export const deleteBucketInventory = operation<InventoryParams>({
  method: 'DELETE',
  target: 'bucket',
  subresource: 'inventory',
  access: [{ action: 'DeleteBucketInventory', on: 'bucket' }],
  idempotent: true,
  request: ({ Id }) => ({ query: { id: Id } }),
})

export const listBucketInventory = operation<
  ListBucketInventoryParams,
  { InventoryConfigurations: Document[]; [element: string]: unknown }
>({
  method: 'GET',
  target: 'bucket',
  subresource: 'inventory',
  access: [{ action: 'ListBucketInventory', on: 'bucket' }],
  idempotent: true,
  request: ({ ContinuationToken }) => ({ query: { 'continuation-token': ContinuationToken } }),
  result(reply) {
    const { InventoryConfiguration, ...rest } = reply.xml('ListInventoryConfigurationResult')
    return {
      ...rest,
      InventoryConfigurations: asList<XmlElement>(InventoryConfiguration).map(fromXml),
    }
  },
})

import { asList, type XmlElement } from '../xml/readXml'
import type { Own } from './configuration'
import { type CallParams, operation, type ResultMeta } from './operation'

export interface GetServiceParams extends CallParams {
  /** Only this region's buckets. @default all regions */
  Region?: string
}

export interface BucketInfo {
  Name: string
  Location: string
  CreationDate: string
  BucketType?: string
}

export interface GetServiceResult extends ResultMeta {
  Owner: { ID?: string; DisplayName?: string }
  Buckets: BucketInfo[]
}

export const getService = operation<GetServiceParams, Own<GetServiceResult>>(
  'GET',
  'service',
  'GetService',
  {
    result(reply) {
      const body = reply.xml('ListAllMyBucketsResult')
      const buckets = body.Buckets as XmlElement | undefined
      return {
        Buckets: asList<BucketInfo>(buckets?.Bucket),
        Owner: (body.Owner || {}) as GetServiceResult['Owner'],
      }
    },
  },
)

import { asList, type XmlElement } from '../xml/readXml'
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

export const getService = operation<GetServiceParams, GetServiceResult>(
  'GET',
  'service',
  'GetService',
  {
    result({ xml }) {
      const { Owner, Buckets } = xml('ListAllMyBucketsResult') as Record<string, XmlElement>
      return { Buckets: asList(Buckets?.Bucket), Owner: Owner || {} }
    },
  },
)

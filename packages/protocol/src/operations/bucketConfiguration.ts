import { asList } from '../xmlElement'
import {
  all,
  configuration,
  type Document,
  list,
  listOnly,
  type Mapping,
  subresourceOperation,
  UNCHANGED,
  within,
  wrapped,
} from './configuration'
import type { BucketParams, ResultMeta } from './define'

const RULES = list('Rule')
const ONLY_RULES = listOnly('Rule')

export interface CORSRule {
  ID?: string
  AllowedOrigins?: string[]
  AllowedMethods?: string[]
  AllowedHeaders?: string[]
  ExposeHeaders?: string[]
  /** The singular names are accepted too. */
  AllowedOrigin?: string | string[]
  AllowedMethod?: string | string[]
  AllowedHeader?: string | string[]
  ExposeHeader?: string | string[]
  MaxAgeSeconds?: string | number
}

export interface PutBucketCorsParams extends BucketParams {
  CORSRules?: CORSRule[]
  CORSConfiguration?: { CORSRules?: CORSRule[]; ResponseVary?: string }
  ResponseVary?: string
}

export interface GetBucketCorsResult extends ResultMeta {
  CORSRules: CORSRule[]
  ResponseVary?: string
}

export const [putBucketCors, getBucketCors, deleteBucketCors] = configuration<
  PutBucketCorsParams,
  GetBucketCorsResult
>('CORS', {
  _map: listOnly(
    'CORSRule',
    'CORSRules',
    all(list('AllowedOrigin'), list('AllowedHeader'), list('AllowedMethod'), list('ExposeHeader')),
  ),
  _topLevel: true,
  _optional: true,
})

export interface PutBucketLifecycleParams extends BucketParams {
  Rules?: Document[]
  LifecycleConfiguration?: { Rules?: Document[]; Rule?: Document[] }
}

export interface RulesResult extends ResultMeta {
  Rules: Document[]
}

export const [putBucketLifecycle, getBucketLifecycle, deleteBucketLifecycle] = configuration<
  PutBucketLifecycleParams,
  RulesResult
>('Lifecycle', {
  _map: ONLY_RULES,
  _topLevel: true,
  _optional: true,
})

export interface PutBucketVersioningParams extends BucketParams {
  VersioningConfiguration: { Status: 'Enabled' | 'Suspended' }
}

export const [putBucketVersioning, getBucketVersioning] = configuration<
  PutBucketVersioningParams,
  ResultMeta & { VersioningConfiguration: { Status?: string } }
>('Versioning')

export interface PutBucketReplicationParams extends BucketParams {
  ReplicationConfiguration: { Role: string; Rules?: Document[]; Rule?: Document[] }
}

export const [putBucketReplication, getBucketReplication, deleteBucketReplication] = configuration<
  PutBucketReplicationParams,
  ResultMeta & { ReplicationConfiguration: { Role?: string; Rules: Document[] } }
>('Replication', { _map: RULES, _optional: true })

export interface PutBucketWebsiteParams extends BucketParams {
  WebsiteConfiguration: Document
}

/** COS refuses an empty list of routing rules. Callers may also pass the list under the name of its elements. */
const ROUTING: Mapping = [
  ({ RoutingRule, RoutingRules = RoutingRule, ...rest }) => {
    const rules = asList(RoutingRules?.RoutingRule || RoutingRules)
    return { ...rest, RoutingRules: rules[0] && { RoutingRule: rules } }
  },
  within('RoutingRules', wrapped('RoutingRule'))[1],
]

export const [putBucketWebsite, getBucketWebsite, deleteBucketWebsite] = configuration<
  PutBucketWebsiteParams,
  ResultMeta & { WebsiteConfiguration: Document }
>('Website', { _map: ROUTING, _optional: true })

export interface PutBucketRefererParams extends BucketParams {
  RefererConfiguration: Document
}

export const [putBucketReferer, getBucketReferer] = configuration<
  PutBucketRefererParams,
  ResultMeta & { RefererConfiguration: Document }
>('Referer', { _map: within('DomainList', list('Domain')), _optional: true })

export interface PutBucketDomainParams extends BucketParams {
  DomainRule?: Document[]
  DomainConfiguration?: { DomainRule?: Document[] }
}

export const [putBucketDomain, getBucketDomain, deleteBucketDomain] = configuration<
  PutBucketDomainParams,
  ResultMeta & { DomainRule: Document[] }
>('Domain', { _map: listOnly('DomainRule', 'DomainRule'), _topLevel: true })

export interface PutBucketOriginParams extends BucketParams {
  OriginRule?: Document[]
  OriginConfiguration?: { OriginRule?: Document[] }
}

export const [putBucketOrigin, getBucketOrigin, deleteBucketOrigin] = configuration<
  PutBucketOriginParams,
  ResultMeta & { OriginRule: Document[] }
>('Origin', { _map: listOnly('OriginRule', 'OriginRule'), _topLevel: true })

export interface PutBucketLoggingParams extends BucketParams {
  /** @default disables logging */
  BucketLoggingStatus?: Document | ''
}

export const [putBucketLogging, getBucketLogging] = configuration<
  PutBucketLoggingParams,
  ResultMeta & { BucketLoggingStatus: Document | '' }
>('Logging', {
  // Without logging the result is an empty string, as in the official client.
  _map: [UNCHANGED[0], (content) => (Object.keys(content)[0] ? content : '')],
  field: 'BucketLoggingStatus',
})

export interface PutBucketAccelerateParams extends BucketParams {
  AccelerateConfiguration: { Status: 'Enabled' | 'Suspended'; Type?: string }
}

export const [putBucketAccelerate, getBucketAccelerate] = configuration<
  PutBucketAccelerateParams,
  ResultMeta & { AccelerateConfiguration: { Status?: string; Type?: string } }
>('Accelerate')

export interface PutBucketIntelligentTieringParams extends BucketParams {
  /** `{ Status: 'Enabled', Transition: { Days: '30', RequestFrequent: '1' } }` */
  IntelligentTieringConfiguration: Document
}

export interface GetBucketIntelligentTieringResult extends ResultMeta {
  /** Empty if it was never set. */
  IntelligentTieringConfiguration: Document
}

export const [putBucketIntelligentTiering, getBucketIntelligentTiering] = configuration<
  PutBucketIntelligentTieringParams,
  GetBucketIntelligentTieringResult
>('IntelligentTiering')

export interface PutBucketEncryptionParams extends BucketParams {
  ServerSideEncryptionConfiguration: { Rule?: Document[]; Rules?: Document[] }
}

export const [putBucketEncryption, getBucketEncryption, deleteBucketEncryption] = configuration<
  PutBucketEncryptionParams,
  ResultMeta & { EncryptionConfiguration: { Rules: Document[] } }
>('Encryption', {
  _map: RULES,
  _optional: true,
  root: 'ServerSideEncryptionConfiguration',
})

export interface PutBucketStrictSignatureParams extends BucketParams {
  /** At most 10; see the document for their fields. */
  Rules: Document[]
}

export const [putBucketStrictSignature, getBucketStrictSignature, deleteBucketStrictSignature] =
  configuration<PutBucketStrictSignatureParams, RulesResult>('StrictSignature', {
    _map: ONLY_RULES,
    _topLevel: true,
    _common: { subresource: 'strict-signature' },
  })

export interface PutBucketPolicyParams extends BucketParams {
  /** The document, or its JSON text. */
  Policy: Document | string
}

export const putBucketPolicy = subresourceOperation<PutBucketPolicyParams>(
  'Put',
  'Bucket',
  'Policy',
  {
    _contentMd5: true,
    _contentType: 'application/json',
    _build: ({ Policy }) => ({
      body: JSON.stringify(typeof Policy === 'string' ? JSON.parse(Policy) : Policy),
    }),
  },
)

export const getBucketPolicy = subresourceOperation<
  BucketParams,
  ResultMeta & { Policy: Document }
>('Get', 'Bucket', 'Policy', {
  _parse({ body }) {
    try {
      return { Policy: JSON.parse(String(body)) }
    } catch {
      return { Policy: {} }
    }
  },
})

export const deleteBucketPolicy = subresourceOperation<BucketParams>('Delete', 'Bucket', 'Policy')

import { asList, type XmlElement } from '../xml/readXml'
import { configuration, fieldsOf } from './configuration'
import { type BucketParams, bucketOperation, type ResultMeta } from './operation'

/** A document whose fields are passed on as COS names them; see the operation's page for them. */
// biome-ignore lint/suspicious/noExplicitAny: COS's documents, field by field, are its own
export type Document = Record<string, any>

// ── CORS (documents 436/8279, 436/8274, 436/8283) ────────────────────────────────────────────────

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

const CORS_LISTS = ['AllowedOrigin', 'AllowedHeader', 'AllowedMethod', 'ExposeHeader'] as const

function corsRuleToXml(rule: CORSRule): object {
  const document: Document = { ...rule }
  for (const name of CORS_LISTS) {
    document[name] = rule[`${name}s`] ?? rule[name]
    delete document[`${name}s`]
  }
  return document
}

function corsRuleFromXml(given: XmlElement): CORSRule {
  const rule: Record<string, unknown> = { ...given }
  for (const name of CORS_LISTS) {
    delete rule[name]
    rule[`${name}s`] = asList<string>(given[name])
  }
  return rule as CORSRule
}

const cors = configuration('CORS')
export const putBucketCors = cors.put<PutBucketCorsParams>((params) => {
  const { CORSRules = [], ResponseVary } = { ...params, ...params.CORSConfiguration }
  return { CORSRule: CORSRules.map(corsRuleToXml), ResponseVary: ResponseVary || undefined }
})
export const getBucketCors = cors.get<GetBucketCorsResult>(
  ({ CORSRule, ResponseVary }) => ({
    CORSRules: asList<XmlElement>(CORSRule).map(corsRuleFromXml),
    ...(typeof ResponseVary === 'string' ? { ResponseVary } : {}),
  }),
  cors.absence,
)
export const deleteBucketCors = cors.remove()

// ── location (document 436/8275) ─────────────────────────────────────────────────────────────────

export const getBucketLocation = bucketOperation<BucketParams, { LocationConstraint?: string }>(
  'GET',
  'GetBucketLocation',
  {
    subresource: 'location',
    result: (reply) => reply.xml('') as { LocationConstraint?: string },
  },
)

// ── policy (documents 436/8282, 436/8276, 436/8285) ──────────────────────────────────────────────

export interface PutBucketPolicyParams extends BucketParams {
  /** The document, or its JSON text. */
  Policy: Document | string
}

export const putBucketPolicy = bucketOperation<PutBucketPolicyParams>('PUT', 'PutBucketPolicy', {
  subresource: 'policy',
  contentMd5: true,
  contentType: 'application/json',
  request: ({ Policy }) => ({
    body: JSON.stringify(typeof Policy === 'string' ? JSON.parse(Policy) : Policy),
  }),
})

export const getBucketPolicy = bucketOperation<BucketParams, { Policy: Document }>(
  'GET',
  'GetBucketPolicy',
  {
    subresource: 'policy',
    result(reply) {
      try {
        return { Policy: JSON.parse(String(reply.body)) as Document }
      } catch {
        return { Policy: {} }
      }
    },
  },
)
export const deleteBucketPolicy = configuration('Policy').remove()

// ── lifecycle (documents 436/8280, 436/8278, 436/8284) ───────────────────────────────────────────

export interface PutBucketLifecycleParams extends BucketParams {
  Rules?: Document[]
  LifecycleConfiguration?: { Rules?: Document[]; Rule?: Document[] }
}

export interface RulesResult extends ResultMeta {
  Rules: Document[]
}

const readRules = (body: XmlElement) => ({ Rules: asList<Document>(body.Rule) })

const lifecycle = configuration('Lifecycle')
export const putBucketLifecycle = lifecycle.put<PutBucketLifecycleParams>(
  ({ Rules, LifecycleConfiguration: given }) => ({
    Rule: given?.Rules ?? given?.Rule ?? Rules ?? [],
  }),
)
export const getBucketLifecycle = lifecycle.get<RulesResult>(readRules, lifecycle.absence)
export const deleteBucketLifecycle = lifecycle.remove()

// ── versioning (documents 436/19889, 436/19888) ──────────────────────────────────────────────────

export interface PutBucketVersioningParams extends BucketParams {
  VersioningConfiguration: { Status: 'Enabled' | 'Suspended' }
}

const versioning = configuration('Versioning')
export const putBucketVersioning = versioning.put<PutBucketVersioningParams>(
  (params) => params.VersioningConfiguration,
)
export const getBucketVersioning = versioning.get<
  ResultMeta & { VersioningConfiguration: { Status?: string } }
>((body) => ({ VersioningConfiguration: fieldsOf(body) }))

// ── replication (documents 436/19223, 436/19222, 436/19221) ──────────────────────────────────────

export interface PutBucketReplicationParams extends BucketParams {
  ReplicationConfiguration: { Role: string; Rules?: Document[]; Rule?: Document[] }
}

const replication = configuration('Replication')
export const putBucketReplication = replication.put<PutBucketReplicationParams>(
  ({ ReplicationConfiguration: { Rules, Rule, ...rest } }) => ({ ...rest, Rule: Rules ?? Rule }),
)
export const getBucketReplication = replication.get<
  ResultMeta & { ReplicationConfiguration: { Role?: string; Rules: Document[] } }
>(
  ({ Rule, ...rest }) => ({
    ReplicationConfiguration: { ...fieldsOf(rest), Rules: asList<Document>(Rule) },
  }),
  ['ReplicationConfigurationNotFoundError', 'ReplicationConfigurationnotFoundError'],
)
export const deleteBucketReplication = replication.remove()

// ── website (documents 436/31930, 436/31929, 436/31928) ──────────────────────────────────────────

export interface PutBucketWebsiteParams extends BucketParams {
  WebsiteConfiguration: Document
}

const website = configuration('Website')
export const putBucketWebsite = website.put<PutBucketWebsiteParams>(
  ({ WebsiteConfiguration: { RoutingRule, RoutingRules = RoutingRule, ...rest } }) => {
    const rules = asList<Document>(RoutingRules?.RoutingRule ?? RoutingRules)
    return { ...rest, RoutingRules: rules.length > 0 ? { RoutingRule: rules } : undefined }
  },
)
export const getBucketWebsite = website.get<ResultMeta & { WebsiteConfiguration: Document }>(
  (body) => {
    const rules = body.RoutingRules as XmlElement | undefined
    return {
      WebsiteConfiguration: {
        ...body,
        ...(rules && { RoutingRules: asList(rules.RoutingRule) }),
      },
    }
  },
  website.absence,
)
export const deleteBucketWebsite = website.remove()

// ── referer (documents 436/32492, 436/32493) ─────────────────────────────────────────────────────

export interface PutBucketRefererParams extends BucketParams {
  RefererConfiguration: Document
}

const referer = configuration('Referer')
export const putBucketReferer = referer.put<PutBucketRefererParams>(
  ({ RefererConfiguration: given }) => {
    const list = given.DomainList as { Domains?: string[]; Domain?: string[] } | undefined
    return { ...given, DomainList: list ? { Domain: list.Domains ?? list.Domain } : undefined }
  },
)
export const getBucketReferer = referer.get<ResultMeta & { RefererConfiguration: Document }>(
  (body) => {
    const list = body.DomainList as XmlElement | undefined
    return {
      RefererConfiguration: {
        ...body,
        ...(list && { DomainList: { Domains: asList<string>(list.Domain) } }),
      },
    }
  },
  referer.absence,
)

// ── custom domains (documents 436/36506, 436/36507, 436/36508) ───────────────────────────────────

export interface PutBucketDomainParams extends BucketParams {
  DomainRule?: Document[]
  DomainConfiguration?: { DomainRule?: Document[] }
}

const domain = configuration('Domain')
export const putBucketDomain = domain.put<PutBucketDomainParams>(
  ({ DomainRule, DomainConfiguration: given }) => ({ DomainRule: given?.DomainRule ?? DomainRule }),
)
export const getBucketDomain = domain.get<ResultMeta & { DomainRule: Document[] }>(
  ({ DomainRule }) => ({ DomainRule: asList<Document>(DomainRule) }),
)
export const deleteBucketDomain = domain.remove()

// ── back to origin (documents 436/30618, 436/30619, 436/30620) ───────────────────────────────────

export interface PutBucketOriginParams extends BucketParams {
  OriginRule?: Document[]
  OriginConfiguration?: { OriginRule?: Document[] }
}

const origin = configuration('Origin')
export const putBucketOrigin = origin.put<PutBucketOriginParams>(
  ({ OriginRule, OriginConfiguration: given }) => ({ OriginRule: given?.OriginRule ?? OriginRule }),
)
export const getBucketOrigin = origin.get<ResultMeta & { OriginRule: Document[] }>(
  ({ OriginRule }) => ({ OriginRule: asList<Document>(OriginRule) }),
)
export const deleteBucketOrigin = origin.remove()

// ── logging (documents 436/17054, 436/17053) ─────────────────────────────────────────────────────

export interface PutBucketLoggingParams extends BucketParams {
  /** Leave out to switch logging off. */
  BucketLoggingStatus?: Document | ''
}

const logging = configuration('Logging', 'BucketLoggingStatus')
export const putBucketLogging = logging.put<PutBucketLoggingParams>(
  (params) => params.BucketLoggingStatus,
)
export const getBucketLogging = logging.get<ResultMeta & { BucketLoggingStatus: Document | '' }>(
  (body) => ({ BucketLoggingStatus: Object.keys(body).length > 0 ? fieldsOf(body) : '' }),
)

// ── acceleration (documents 436/38869, 436/38868) ────────────────────────────────────────────────

export interface PutBucketAccelerateParams extends BucketParams {
  AccelerateConfiguration: { Status: 'Enabled' | 'Suspended'; Type?: string }
}

const accelerate = configuration('Accelerate')
export const putBucketAccelerate = accelerate.put<PutBucketAccelerateParams>(
  (params) => params.AccelerateConfiguration,
)
export const getBucketAccelerate = accelerate.get<
  ResultMeta & { AccelerateConfiguration: { Status?: string; Type?: string } }
>((body) => ({ AccelerateConfiguration: fieldsOf(body) }))

// ── Intelligent tiering ─────────────────────────────────────────────────────────────────────────

export interface PutBucketIntelligentTieringParams extends BucketParams {
  /** `{ Status: 'Enabled', Transition: { Days: '30', RequestFrequent: '1' } }` */
  IntelligentTieringConfiguration: Document
}

export interface GetBucketIntelligentTieringResult extends ResultMeta {
  /** Empty when it was never set. */
  IntelligentTieringConfiguration: Document
}

const tiering = configuration('IntelligentTiering')
export const putBucketIntelligentTiering = tiering.put<PutBucketIntelligentTieringParams>(
  (params) => params.IntelligentTieringConfiguration,
)
export const getBucketIntelligentTiering = tiering.get<GetBucketIntelligentTieringResult>(
  (body) => ({ IntelligentTieringConfiguration: fieldsOf(body) }),
)

// ── default encryption (documents 436/40136, 436/40137, 436/40138) ───────────────────────────────

export interface PutBucketEncryptionParams extends BucketParams {
  ServerSideEncryptionConfiguration: { Rule?: Document[]; Rules?: Document[] }
}

const encryption = configuration('Encryption', 'ServerSideEncryptionConfiguration')
export const putBucketEncryption = encryption.put<PutBucketEncryptionParams>(
  ({ ServerSideEncryptionConfiguration: { Rule, Rules } }) => ({ Rule: Rule ?? Rules }),
)
export const getBucketEncryption = encryption.get<
  ResultMeta & { EncryptionConfiguration: { Rules: Document[] } }
>((body) => ({ EncryptionConfiguration: readRules(body) }), encryption.absence)
export const deleteBucketEncryption = encryption.remove()

// ── strict signature mode (document 436/53892) ───────────────────────────────────────────────────

export interface PutBucketStrictSignatureParams extends BucketParams {
  /** At most 10; see the document for their fields. */
  Rules: Document[]
}

const strictSignature = configuration(
  'StrictSignature',
  'StrictSignatureConfiguration',
  'strict-signature',
)
export const putBucketStrictSignature = strictSignature.put<PutBucketStrictSignatureParams>(
  ({ Rules }) => ({ Rule: Rules }),
)
export const getBucketStrictSignature = strictSignature.get<RulesResult>(readRules)
export const deleteBucketStrictSignature = strictSignature.remove()

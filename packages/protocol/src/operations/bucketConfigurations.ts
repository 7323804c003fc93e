import { asList, type XmlElement } from '../xml/readXml'
import {
  deleteConfiguration,
  fieldsOf,
  getConfiguration,
  putConfiguration,
  xmlBody,
} from './configuration'
import { type BucketParams, operation, type ResultMeta } from './operation'

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

const CORS_LISTS = ['AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader'] as const

function corsRuleToXml(rule: CORSRule): object {
  const { ID, MaxAgeSeconds } = rule
  const lists: Record<string, unknown> = {}
  for (const name of CORS_LISTS) lists[name] = rule[`${name}s`] ?? rule[name]
  return { ID, ...lists, MaxAgeSeconds }
}

function corsRuleFromXml(given: XmlElement): CORSRule {
  const rule: Record<string, unknown> = { ...given }
  for (const name of CORS_LISTS) {
    delete rule[name]
    rule[`${name}s`] = asList<string>(given[name])
  }
  return rule as CORSRule
}

export const putBucketCors = putConfiguration<PutBucketCorsParams>(
  'cors',
  'PutBucketCORS',
  (params) => {
    const { CORSRules = [], ResponseVary } = { ...params, ...params.CORSConfiguration }
    return xmlBody('CORSConfiguration', { CORSRule: CORSRules.map(corsRuleToXml), ResponseVary })
  },
)
export const getBucketCors = getConfiguration<GetBucketCorsResult>(
  'cors',
  'GetBucketCORS',
  'CORSConfiguration',
  (body) => ({
    CORSRules: asList<XmlElement>(body.CORSRule).map(corsRuleFromXml),
    ...(typeof body.ResponseVary === 'string' ? { ResponseVary: body.ResponseVary } : {}),
  }),
  { codes: ['NoSuchCORSConfiguration'], result: { CORSRules: [] } },
)
export const deleteBucketCors = deleteConfiguration('cors', 'DeleteBucketCORS')

// ── location (document 436/8275) ─────────────────────────────────────────────────────────────────

export const getBucketLocation = operation<BucketParams, { LocationConstraint?: string }>({
  method: 'GET',
  target: 'bucket',
  subresource: 'location',
  access: [{ action: 'GetBucketLocation', on: 'bucket' }],
  idempotent: true,
  result: (reply) => reply.xml('') as { LocationConstraint?: string },
})

// ── policy (documents 436/8282, 436/8276, 436/8285) ──────────────────────────────────────────────

export interface PutBucketPolicyParams extends BucketParams {
  /** The document, or its JSON text. */
  Policy: Document | string
}

export const putBucketPolicy = putConfiguration<PutBucketPolicyParams>(
  'policy',
  'PutBucketPolicy',
  ({ Policy }) => ({
    body: JSON.stringify(typeof Policy === 'string' ? JSON.parse(Policy) : Policy),
  }),
  'application/json',
)

export const getBucketPolicy = operation<BucketParams, { Policy: Document }>({
  method: 'GET',
  target: 'bucket',
  subresource: 'policy',
  access: [{ action: 'GetBucketPolicy', on: 'bucket' }],
  idempotent: true,
  result(reply) {
    try {
      return { Policy: JSON.parse(String(reply.body)) as Document }
    } catch {
      return { Policy: {} }
    }
  },
})
export const deleteBucketPolicy = deleteConfiguration('policy', 'DeleteBucketPolicy')

// ── lifecycle (documents 436/8280, 436/8278, 436/8284) ───────────────────────────────────────────

export interface PutBucketLifecycleParams extends BucketParams {
  Rules?: Document[]
  LifecycleConfiguration?: { Rules?: Document[]; Rule?: Document[] }
}

export interface RulesResult extends ResultMeta {
  Rules: Document[]
}

export const putBucketLifecycle = putConfiguration<PutBucketLifecycleParams>(
  'lifecycle',
  'PutBucketLifecycle',
  ({ Rules, LifecycleConfiguration: given }) =>
    xmlBody('LifecycleConfiguration', { Rule: given?.Rules ?? given?.Rule ?? Rules ?? [] }),
)
export const getBucketLifecycle = getConfiguration<RulesResult>(
  'lifecycle',
  'GetBucketLifecycle',
  'LifecycleConfiguration',
  (body) => ({ Rules: asList<Document>(body.Rule) }),
  { codes: ['NoSuchLifecycleConfiguration'], result: { Rules: [] } },
)
export const deleteBucketLifecycle = deleteConfiguration('lifecycle', 'DeleteBucketLifecycle')

// ── versioning (documents 436/19889, 436/19888) ──────────────────────────────────────────────────

export interface PutBucketVersioningParams extends BucketParams {
  VersioningConfiguration: { Status: 'Enabled' | 'Suspended' }
}

export const putBucketVersioning = putConfiguration<PutBucketVersioningParams>(
  'versioning',
  'PutBucketVersioning',
  ({ VersioningConfiguration }) => xmlBody('VersioningConfiguration', VersioningConfiguration),
)
export const getBucketVersioning = getConfiguration<
  ResultMeta & { VersioningConfiguration: { Status?: string } }
>('versioning', 'GetBucketVersioning', 'VersioningConfiguration', (body) => ({
  VersioningConfiguration: fieldsOf(body),
}))

// ── replication (documents 436/19223, 436/19222, 436/19221) ──────────────────────────────────────

export interface PutBucketReplicationParams extends BucketParams {
  ReplicationConfiguration: { Role: string; Rules?: Document[]; Rule?: Document[] }
}

export const putBucketReplication = putConfiguration<PutBucketReplicationParams>(
  'replication',
  'PutBucketReplication',
  ({ ReplicationConfiguration: { Rules, Rule, ...rest } }) =>
    xmlBody('ReplicationConfiguration', { ...rest, Rule: Rules ?? Rule }),
)
export const getBucketReplication = getConfiguration<
  ResultMeta & { ReplicationConfiguration: { Role?: string; Rules: Document[] } }
>(
  'replication',
  'GetBucketReplication',
  'ReplicationConfiguration',
  ({ Rule, ...rest }) => ({
    ReplicationConfiguration: { ...fieldsOf(rest), Rules: asList<Document>(Rule) },
  }),
  {
    codes: ['ReplicationConfigurationNotFoundError', 'ReplicationConfigurationnotFoundError'],
    result: { ReplicationConfiguration: { Rules: [] } },
  },
)
export const deleteBucketReplication = deleteConfiguration('replication', 'DeleteBucketReplication')

// ── website (documents 436/31930, 436/31929, 436/31928) ──────────────────────────────────────────

export interface PutBucketWebsiteParams extends BucketParams {
  WebsiteConfiguration: Document
}

export const putBucketWebsite = putConfiguration<PutBucketWebsiteParams>(
  'website',
  'PutBucketWebsite',
  ({ WebsiteConfiguration: { RoutingRules, ...rest } }) =>
    xmlBody('WebsiteConfiguration', {
      ...rest,
      RoutingRules: RoutingRules
        ? { RoutingRule: RoutingRules.RoutingRule ?? RoutingRules }
        : undefined,
    }),
)
export const getBucketWebsite = getConfiguration<ResultMeta & { WebsiteConfiguration: Document }>(
  'website',
  'GetBucketWebsite',
  'WebsiteConfiguration',
  (body) => ({
    WebsiteConfiguration: {
      ...body,
      ...(body.RoutingRules
        ? { RoutingRules: asList((body.RoutingRules as XmlElement).RoutingRule) }
        : {}),
    },
  }),
  { codes: ['NoSuchWebsiteConfiguration'], result: { WebsiteConfiguration: {} } },
)
export const deleteBucketWebsite = deleteConfiguration('website', 'DeleteBucketWebsite')

// ── referer (documents 436/32492, 436/32493) ─────────────────────────────────────────────────────

export interface PutBucketRefererParams extends BucketParams {
  RefererConfiguration: Document
}

export const putBucketReferer = putConfiguration<PutBucketRefererParams>(
  'referer',
  'PutBucketReferer',
  ({ RefererConfiguration: given }) => {
    const list = given.DomainList as { Domains?: string[]; Domain?: string[] } | undefined
    const DomainList = list ? { Domain: list.Domains ?? list.Domain } : undefined
    return xmlBody('RefererConfiguration', { ...given, DomainList })
  },
)
export const getBucketReferer = getConfiguration<ResultMeta & { RefererConfiguration: Document }>(
  'referer',
  'GetBucketReferer',
  'RefererConfiguration',
  (body) => ({
    RefererConfiguration: {
      ...body,
      ...(body.DomainList
        ? { DomainList: { Domains: asList<string>((body.DomainList as XmlElement).Domain) } }
        : {}),
    },
  }),
  { codes: ['NoSuchRefererConfiguration'], result: { RefererConfiguration: {} } },
)

// ── custom domains (documents 436/36506, 436/36507, 436/36508) ───────────────────────────────────

export interface PutBucketDomainParams extends BucketParams {
  DomainRule?: Document[]
  DomainConfiguration?: { DomainRule?: Document[] }
}

export const putBucketDomain = putConfiguration<PutBucketDomainParams>(
  'domain',
  'PutBucketDomain',
  ({ DomainRule, DomainConfiguration: given }) =>
    xmlBody('DomainConfiguration', { DomainRule: given?.DomainRule ?? DomainRule }),
)
export const getBucketDomain = getConfiguration<ResultMeta & { DomainRule: Document[] }>(
  'domain',
  'GetBucketDomain',
  'DomainConfiguration',
  (body) => ({ DomainRule: asList<Document>(body.DomainRule) }),
)
export const deleteBucketDomain = deleteConfiguration('domain', 'DeleteBucketDomain')

// ── back to origin (documents 436/30618, 436/30619, 436/30620) ───────────────────────────────────

export interface PutBucketOriginParams extends BucketParams {
  OriginRule?: Document[]
  OriginConfiguration?: { OriginRule?: Document[] }
}

export const putBucketOrigin = putConfiguration<PutBucketOriginParams>(
  'origin',
  'PutBucketOrigin',
  ({ OriginRule, OriginConfiguration: given }) =>
    xmlBody('OriginConfiguration', { OriginRule: given?.OriginRule ?? OriginRule }),
)
export const getBucketOrigin = getConfiguration<ResultMeta & { OriginRule: Document[] }>(
  'origin',
  'GetBucketOrigin',
  'OriginConfiguration',
  (body) => ({ OriginRule: asList<Document>(body.OriginRule) }),
)
export const deleteBucketOrigin = deleteConfiguration('origin', 'DeleteBucketOrigin')

// ── logging (documents 436/17054, 436/17053) ─────────────────────────────────────────────────────

export interface PutBucketLoggingParams extends BucketParams {
  /** Leave out to switch logging off. */
  BucketLoggingStatus?: Document | ''
}

export const putBucketLogging = putConfiguration<PutBucketLoggingParams>(
  'logging',
  'PutBucketLogging',
  ({ BucketLoggingStatus }) => xmlBody('BucketLoggingStatus', BucketLoggingStatus ?? ''),
)
export const getBucketLogging = getConfiguration<
  ResultMeta & { BucketLoggingStatus: Document | '' }
>('logging', 'GetBucketLogging', 'BucketLoggingStatus', (body) => ({
  BucketLoggingStatus: Object.keys(body).length > 0 ? fieldsOf(body) : '',
}))

// ── acceleration (documents 436/38869, 436/38868) ────────────────────────────────────────────────

export interface PutBucketAccelerateParams extends BucketParams {
  AccelerateConfiguration: { Status: 'Enabled' | 'Suspended'; Type?: string }
}

export const putBucketAccelerate = putConfiguration<PutBucketAccelerateParams>(
  'accelerate',
  'PutBucketAccelerate',
  ({ AccelerateConfiguration }) => xmlBody('AccelerateConfiguration', AccelerateConfiguration),
)
export const getBucketAccelerate = getConfiguration<
  ResultMeta & { AccelerateConfiguration: { Status?: string; Type?: string } }
>('accelerate', 'GetBucketAccelerate', 'AccelerateConfiguration', (body) => ({
  AccelerateConfiguration: fieldsOf(body),
}))

// ── Intelligent tiering ─────────────────────────────────────────────────────────────────────────

export interface PutBucketIntelligentTieringParams extends BucketParams {
  /** `{ Status: 'Enabled', Transition: { Days: '30', RequestFrequent: '1' } }` */
  IntelligentTieringConfiguration: Document
}

export interface GetBucketIntelligentTieringResult extends ResultMeta {
  /** Empty when it was never set. */
  IntelligentTieringConfiguration: Document
}

export const putBucketIntelligentTiering = putConfiguration<PutBucketIntelligentTieringParams>(
  'intelligenttiering',
  'PutBucketIntelligentTiering',
  (params) => xmlBody('IntelligentTieringConfiguration', params.IntelligentTieringConfiguration),
)

export const getBucketIntelligentTiering = getConfiguration<GetBucketIntelligentTieringResult>(
  'intelligenttiering',
  'GetBucketIntelligentTiering',
  'IntelligentTieringConfiguration',
  (body) => ({ IntelligentTieringConfiguration: fieldsOf(body) }),
)

// ── default encryption (documents 436/40136, 436/40137, 436/40138) ───────────────────────────────

export interface PutBucketEncryptionParams extends BucketParams {
  ServerSideEncryptionConfiguration: { Rule?: Document[]; Rules?: Document[] }
}

export const putBucketEncryption = putConfiguration<PutBucketEncryptionParams>(
  'encryption',
  'PutBucketEncryption',
  ({ ServerSideEncryptionConfiguration: { Rule, Rules } }) =>
    xmlBody('ServerSideEncryptionConfiguration', { Rule: Rule ?? Rules }),
)
export const getBucketEncryption = getConfiguration<
  ResultMeta & { EncryptionConfiguration: { Rules: Document[] } }
>(
  'encryption',
  'GetBucketEncryption',
  'ServerSideEncryptionConfiguration',
  (body) => ({ EncryptionConfiguration: { Rules: asList<Document>(body.Rule) } }),
  {
    codes: ['NoSuchEncryptionConfiguration'],
    result: { EncryptionConfiguration: { Rules: [] } },
  },
)
export const deleteBucketEncryption = deleteConfiguration('encryption', 'DeleteBucketEncryption')

// ── strict signature mode (document 436/53892) ───────────────────────────────────────────────────

export interface PutBucketStrictSignatureParams extends BucketParams {
  /** At most 10; see the document for their fields. */
  Rules: Document[]
}

export const putBucketStrictSignature = putConfiguration<PutBucketStrictSignatureParams>(
  'strict-signature',
  'PutBucketStrictSignature',
  ({ Rules }) => xmlBody('StrictSignatureConfiguration', { Rule: Rules }),
)
export const getBucketStrictSignature = getConfiguration<RulesResult>(
  'strict-signature',
  'GetBucketStrictSignature',
  'StrictSignatureConfiguration',
  (body) => ({ Rules: asList<Document>(body.Rule) }),
)
export const deleteBucketStrictSignature = deleteConfiguration(
  'strict-signature',
  'DeleteBucketStrictSignature',
)

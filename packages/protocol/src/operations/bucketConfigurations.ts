import type { BucketParams, ResultMeta } from './operation'

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

// ── policy (documents 436/8282, 436/8276, 436/8285) ──────────────────────────────────────────────

export interface PutBucketPolicyParams extends BucketParams {
  /** The document, or its JSON text. */
  Policy: Document | string
}

// ── lifecycle (documents 436/8280, 436/8278, 436/8284) ───────────────────────────────────────────

export interface PutBucketLifecycleParams extends BucketParams {
  Rules?: Document[]
  LifecycleConfiguration?: { Rules?: Document[]; Rule?: Document[] }
}

export interface RulesResult extends ResultMeta {
  Rules: Document[]
}

// ── versioning (documents 436/19889, 436/19888) ──────────────────────────────────────────────────

export interface PutBucketVersioningParams extends BucketParams {
  VersioningConfiguration: { Status: 'Enabled' | 'Suspended' }
}

// ── replication (documents 436/19223, 436/19222, 436/19221) ──────────────────────────────────────

export interface PutBucketReplicationParams extends BucketParams {
  ReplicationConfiguration: { Role: string; Rules?: Document[]; Rule?: Document[] }
}

// ── website (documents 436/31930, 436/31929, 436/31928) ──────────────────────────────────────────

export interface PutBucketWebsiteParams extends BucketParams {
  WebsiteConfiguration: Document
}

// ── referer (documents 436/32492, 436/32493) ─────────────────────────────────────────────────────

export interface PutBucketRefererParams extends BucketParams {
  RefererConfiguration: Document
}

// ── custom domains (documents 436/36506, 436/36507, 436/36508) ───────────────────────────────────

export interface PutBucketDomainParams extends BucketParams {
  DomainRule?: Document[]
  DomainConfiguration?: { DomainRule?: Document[] }
}

// ── back to origin (documents 436/30618, 436/30619, 436/30620) ───────────────────────────────────

export interface PutBucketOriginParams extends BucketParams {
  OriginRule?: Document[]
  OriginConfiguration?: { OriginRule?: Document[] }
}

// ── logging (documents 436/17054, 436/17053) ─────────────────────────────────────────────────────

export interface PutBucketLoggingParams extends BucketParams {
  /** Leave out to switch logging off. */
  BucketLoggingStatus?: Document | ''
}

// ── acceleration (documents 436/38869, 436/38868) ────────────────────────────────────────────────

export interface PutBucketAccelerateParams extends BucketParams {
  AccelerateConfiguration: { Status: 'Enabled' | 'Suspended'; Type?: string }
}

// ── Intelligent tiering ─────────────────────────────────────────────────────────────────────────

export interface PutBucketIntelligentTieringParams extends BucketParams {
  /** `{ Status: 'Enabled', Transition: { Days: '30', RequestFrequent: '1' } }` */
  IntelligentTieringConfiguration: Document
}

export interface GetBucketIntelligentTieringResult extends ResultMeta {
  /** Empty when it was never set. */
  IntelligentTieringConfiguration: Document
}

// ── default encryption (documents 436/40136, 436/40137, 436/40138) ───────────────────────────────

export interface PutBucketEncryptionParams extends BucketParams {
  ServerSideEncryptionConfiguration: { Rule?: Document[]; Rules?: Document[] }
}

// ── strict signature mode (document 436/53892) ───────────────────────────────────────────────────

export interface PutBucketStrictSignatureParams extends BucketParams {
  /** At most 10; see the document for their fields. */
  Rules: Document[]
}

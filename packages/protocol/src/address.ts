import { argumentError } from './errors'

/** Bucket names: `name-1250000000`, BucketName-APPID in COS's documents (document 436/13312). */
export const BUCKET_PATTERN = /^([a-z\d](?:[a-z\d-]*[a-z\d])?)-(\d+)$/

export interface BucketName {
  /** Name without the APPID. */
  short: string
  appid: string
}

/** Splits `name-appid`; undefined if the text does not have that form. */
export function parseBucket(bucket: string): BucketName | undefined {
  const [, short, appid] = BUCKET_PATTERN.exec(bucket) || []
  return short && appid ? { short, appid } : undefined
}

/**
 * Checks a bucket name, and appends the APPID of the deprecated `AppId` option if the name has none.
 * @throws CosError `KitInvalidBucket`
 */
export function checkBucket(bucket: string, appId?: string | number): string {
  for (const name of [bucket, `${bucket}-${appId}`]) if (BUCKET_PATTERN.test(name)) return name
  throw argumentError('KitInvalidBucket', 'Bucket should format as "test-1250000000"', bucket)
}

/** @throws CosError `KitInvalidRegion` */
export function checkRegion(region: string): string {
  if (/^[a-z\d-]+$/.test(region)) return region
  const message = 'Region should look like "ap-guangzhou" (leave out "cos.")'
  throw argumentError('KitInvalidRegion', message, region)
}

/** Options for the address of requests, with the names and meanings of cos-wx-sdk-v5. */
export interface AddressOptions {
  /** Host template for buckets: `{Bucket}.cos.{Region}.myqcloud.com`, `{{Bucket}}` is the short name. */
  Domain?: string
  /** Host for getService; `{Region}` is replaced. */
  ServiceDomain?: string
  /** Used when the template has no scheme. @default 'https:' */
  Protocol?: string
  /** Global acceleration: `<Bucket>.cos.accelerate.myqcloud.com`. @default false */
  UseAccelerate?: boolean
  /** `cos.<Region>.myqcloud.com/<Bucket>/…`: refused by COS for buckets created since 2024-01-01. @default false */
  ForcePathStyle?: boolean
}

export interface Address {
  /** `https://host[:port]` plus the fixed path of a Domain template, without a trailing slash. */
  base: string
  /** The `Host` header to sign. */
  host: string
  /** Precedes `/<Key>` in the signed path: `/<Bucket>` in path style, otherwise empty. */
  _signedPrefix: string
}

/** Regions of the first generation, whose hosts do not contain `cos.`. */
const LEGACY = /^(cn-(south(-2)?|north|east|southwest)|sg)$/

const SERVICE = 'cos.{Region}.myqcloud.com'

export function bucketAddress(bucket: string, region: string, options: AddressOptions): Address {
  const { Domain, ForcePathStyle, Protocol, UseAccelerate } = options
  const area = UseAccelerate ? 'accelerate' : region
  const service = LEGACY.test(area) ? SERVICE.slice(4) : SERVICE
  const signedPrefix = ForcePathStyle && !Domain ? `/${bucket}` : ''
  const template = signedPrefix ? service + signedPrefix : Domain || `{Bucket}.${service}`
  return { ...fromTemplate(template, bucket, area, Protocol), _signedPrefix: signedPrefix }
}

/** The address of getService, for one region or for all regions. */
export function serviceAddress(region = '', { ServiceDomain, Protocol }: AddressOptions): Address {
  const template = ServiceDomain || (region ? SERVICE : 'service.cos.myqcloud.com')
  return fromTemplate(template, '', region, Protocol)
}

function fromTemplate(
  template: string,
  bucket: string,
  region: string,
  protocol: string | undefined,
): Address {
  const [, short = '', appid = ''] = BUCKET_PATTERN.exec(bucket) || []
  // `{{Bucket}}` is the short name, `{Bucket}` the full one.
  const filled = template.replace(/\{(\{?)(\w+)\}\}?/g, (_, doubled: string, name: string) => {
    const fields: Record<string, string> = {
      bucket: doubled ? short : bucket,
      bucketname: short,
      appid,
      region,
    }
    return fields[name.toLowerCase()] || ''
  })
  // The colon may be missing.
  const scheme = (protocol || 'https').replace(/:?$/, '://')
  const [base = '', host = ''] =
    /^[a-z]+:\/\/([^/]*).*?(?=\/?$)/i.exec(
      /^[a-z]+:\/\//i.test(filled) ? filled : scheme + filled,
    ) || []
  return { base, host, _signedPrefix: '' }
}

/** The target that a Host header names. */
export type HostTarget =
  | { kind: 'bucket'; bucket: string; region?: string; accelerate?: boolean }
  | { kind: 'service'; region?: string }
  /** A host in the format of COS whose first label is not a bucket name. */
  | { kind: 'invalid'; label: string }

/** Domains of COS. */
const SUFFIX = /\.(?:myqcloud\.com|tencentcos\.cn)$/

function withoutPort(hostHeader: string): string {
  return hostHeader.toLowerCase().replace(/:\d+$/, '')
}

/** Parses the bucket in a Host header (virtual-hosted style, any domain); undefined if there is none. */
export function parseBucketHost(
  hostHeader: string,
): Extract<HostTarget, { kind: 'bucket' }> | undefined {
  const host = withoutPort(hostHeader)
  const [, bucket = '', rest = ''] = /^([^.]*)\.?(.*)/.exec(host) || []
  if (!BUCKET_PATTERN.test(bucket)) return undefined
  const [, cos, area] =
    /^(cos(?:-internal|-website)?\.)?(?:dualstack\.)?([a-z\d-]+)\./.exec(rest) || []
  if (!area || !(cos || SUFFIX.test(host))) return { kind: 'bucket', bucket }
  if (area === 'accelerate') return { kind: 'bucket', bucket, accelerate: true }
  return { kind: 'bucket', bucket, region: area }
}

/**
 * Parses a Host header: a bucket, the service (of one region or of all), or an invalid bucket name.
 * The port is ignored.
 *
 * @returns undefined for a host that is not COS's
 * @example parseHost('a-1250000000.cos.ap-guangzhou.myqcloud.com')
 */
export function parseHost(hostHeader: string): HostTarget | undefined {
  const host = withoutPort(hostHeader)
  const bucket = parseBucketHost(host)
  if (bucket) return bucket
  if (host === 'service.cos.myqcloud.com' || host === 'service.cos.tencentcos.cn') {
    return { kind: 'service' }
  }
  const region = /^cos\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/.exec(host)?.[1]
  if (region) return { kind: 'service', region }
  const label = /^(.+)\.cos\.[a-z0-9-]+\.(?:myqcloud\.com|tencentcos\.cn|localhost)$/.exec(
    host,
  )?.[1]
  return label ? { kind: 'invalid', label } : undefined
}

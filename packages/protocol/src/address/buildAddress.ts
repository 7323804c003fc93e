import { parseBucket } from './bucket'

/** The options that decide where requests go; names and meaning as in cos-wx-sdk-v5. */
export interface AddressOptions {
  /** Host template for buckets: `{Bucket}.cos.{Region}.myqcloud.com`, `{{Bucket}}` is the short name. */
  Domain?: string
  /** Host for getService; `{Region}` is replaced. */
  ServiceDomain?: string
  /** Used when the template has no scheme. @default 'https:' */
  Protocol?: string
  /** Global acceleration: `<Bucket>.cos.accelerate.myqcloud.com`. @default false */
  UseAccelerate?: boolean
  /** `cos.<Region>.myqcloud.com/<Bucket>/…`: refused by COS for buckets made since 2024-01-01. @default false */
  ForcePathStyle?: boolean
}

export interface Address {
  /** `https://host[:port]` plus the fixed path of a Domain template, no slash at the end. */
  base: string
  /** The `Host` header that is signed. */
  host: string
  /** What stands before `/<Key>` in the signed path: `/<Bucket>` in path style, else empty. */
  signedPrefix: string
}

/** Regions of the first generation, whose hosts have no `cos.` in them. */
const LEGACY = new Set(['cn-south', 'cn-south-2', 'cn-north', 'cn-east', 'cn-southwest', 'sg'])

/** Where a bucket's requests go. */
export function bucketAddress(bucket: string, region: string, options: AddressOptions): Address {
  const area = options.UseAccelerate ? 'accelerate' : region
  const service = LEGACY.has(area) ? '{Region}.myqcloud.com' : 'cos.{Region}.myqcloud.com'
  if (options.ForcePathStyle && !options.Domain) {
    const address = fromTemplate(service, bucket, area, options.Protocol)
    return { ...address, base: `${address.base}/${bucket}`, signedPrefix: `/${bucket}` }
  }
  return fromTemplate(options.Domain || `{Bucket}.${service}`, bucket, area, options.Protocol)
}

/** Where getService goes: all regions, or one. */
export function serviceAddress(region: string | undefined, options: AddressOptions): Address {
  const template =
    options.ServiceDomain || (region ? 'cos.{Region}.myqcloud.com' : 'service.cos.myqcloud.com')
  return fromTemplate(template, '', region ?? '', options.Protocol)
}

function fromTemplate(
  template: string,
  bucket: string,
  region: string,
  protocol = 'https:',
): Address {
  const { short = '', appid = '' } = parseBucket(bucket) ?? {}
  // Double braces first: `{{Bucket}}` is the short name, `{Bucket}` the full one.
  const filled = template
    .replace(/\{\{(\w+)\}\}/g, (_, name: string) => field(name, short, short, appid, region))
    .replace(/\{(\w+)\}/g, (_, name: string) => field(name, bucket, short, appid, region))
  const url = (/^[a-z]+:\/\//i.test(filled) ? filled : `${protocol}//${filled}`).replace(/\/$/, '')
  const host = /^[a-z]+:\/\/([^/]*)/i.exec(url)?.[1] ?? ''
  return { base: url, host, signedPrefix: '' }
}

function field(name: string, bucket: string, short: string, appid: string, region: string): string {
  switch (name.toLowerCase()) {
    case 'bucket':
      return bucket
    case 'bucketname':
      return short
    case 'appid':
      return appid
    case 'region':
      return region
    default:
      return ''
  }
}

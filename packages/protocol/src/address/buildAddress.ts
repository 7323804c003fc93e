import { BUCKET_PATTERN } from './bucket'

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
const LEGACY = /^(cn-(south(-2)?|north|east|southwest)|sg)$/

const SERVICE = 'cos.{Region}.myqcloud.com'

/** Where a bucket's requests go. */
export function bucketAddress(bucket: string, region: string, options: AddressOptions): Address {
  const { Domain, ForcePathStyle, Protocol, UseAccelerate } = options
  const area = UseAccelerate ? 'accelerate' : region
  const service = LEGACY.test(area) ? SERVICE.slice(4) : SERVICE
  const signedPrefix = ForcePathStyle && !Domain ? `/${bucket}` : ''
  const template = signedPrefix ? service + signedPrefix : Domain || `{Bucket}.${service}`
  return { ...fromTemplate(template, bucket, area, Protocol), signedPrefix }
}

/** Where getService goes: all regions, or one. */
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
  // In double braces `{{Bucket}}` is the short name, `{Bucket}` the full one.
  const filled = template.replace(/\{(\{?)(\w+)\}\}?/g, (_, doubled: string, name: string) => {
    const fields: Record<string, string> = {
      bucket: doubled ? short : bucket,
      bucketname: short,
      appid,
      region,
    }
    return fields[name.toLowerCase()] || ''
  })
  // `http` is accepted for `http:`.
  const scheme = (protocol || 'https').replace(/:?$/, '://')
  const [base = '', host = ''] =
    /^[a-z]+:\/\/([^/]*).*?(?=\/?$)/i.exec(
      /^[a-z]+:\/\//i.test(filled) ? filled : scheme + filled,
    ) || []
  return { base, host, signedPrefix: '' }
}

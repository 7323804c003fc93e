import { BUCKET_PATTERN } from './bucket'

/** What a Host header names. */
export type HostTarget =
  | { kind: 'bucket'; bucket: string; region?: string; accelerate?: boolean }
  | { kind: 'service'; region?: string }
  /** A host of COS's form whose first label is no bucket name. */
  | { kind: 'invalid'; label: string }

/** Suffixes under which COS answers. */
const SUFFIX = /\.(?:myqcloud\.com|tencentcos\.cn)$/

function withoutPort(hostHeader: string): string {
  return hostHeader.toLowerCase().replace(/:\d+$/, '')
}

/** The bucket that a Host header names (virtual-hosted, under any suffix), if it names one. */
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
 * What a Host header names: a bucket, the service of one region or of all, a name that is none, or
 * nothing known (undefined). A port is passed over.
 *
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

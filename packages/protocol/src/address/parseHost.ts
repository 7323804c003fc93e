import { parseBucket } from './bucket'

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
  const dot = host.indexOf('.')
  const bucket = dot < 0 ? host : host.slice(0, dot)
  if (!parseBucket(bucket)) return undefined
  const rest = host.slice(dot + 1)
  const area = SUFFIX.test(host)
    ? /^(?:cos(?:-internal|-website)?\.)?(?:dualstack\.)?([a-z0-9-]+)\./.exec(rest)?.[1]
    : /^cos\.([a-z0-9-]+)\./.exec(rest)?.[1]
  if (area === 'accelerate') return { kind: 'bucket', bucket, accelerate: true }
  return { kind: 'bucket', bucket, ...(area ? { region: area } : {}) }
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

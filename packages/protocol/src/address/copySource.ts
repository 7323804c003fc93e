import { argumentError } from '../errors/CosError'

export interface CopySource {
  Bucket: string
  Region?: string
  Key: string
  VersionId?: string
}

/** An app's own reading of CopySource; nothing for one that it does not understand. */
export type CopySourceParser = (source: string) => CopySource | null | undefined | false

/** Scheme, Bucket, `cos` and its kinds, Region, the rest of the host, Key, version. */
const SOURCE =
  /^(?:https?:\/\/)?([a-z\d][a-z\d-]*-\d+)\.(?:cos[^./]*\.)?(?:dualstack\.)?(sg|[a-z]+-[a-z\d-]+)?[^/]*\/([^?]+)(?:\?versionId=([^&]*))?$/i

/**
 * Reads `<Bucket>.cos.<Region>.myqcloud.com/<encoded Key>[?versionId=…]` as COS does. A key that is
 * not percent-encoded is taken as it stands.
 *
 * @param parser reads it instead
 * @throws CosError `KitInvalidCopySource`
 */
export function parseCopySource(text: string, parser?: CopySourceParser): CopySource {
  const own = parser?.(text)
  if (own) return { ...own, Key: decode(own.Key) }
  const [, bucket, region, key = '', version] = SOURCE.exec(text) || []
  if (parser || !bucket) {
    const error = 'CopySource format error'
    throw argumentError(
      'KitInvalidCopySource',
      `${error}: expected "<Bucket>.cos.<Region>.myqcloud.com/<Key>", got ${JSON.stringify(text)}`,
      error,
    )
  }
  const source: CopySource = { Bucket: bucket.toLowerCase(), Key: decode(key) }
  if (region) source.Region = region.toLowerCase()
  if (version) source.VersionId = decode(version)
  return source
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

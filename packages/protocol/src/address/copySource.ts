import { argumentError } from '../errors/CosError'
import { parseBucketHost } from './parseHost'

export interface CopySource {
  Bucket: string
  Region?: string
  Key: string
  VersionId?: string
}

/** An app's own reading of CopySource; nothing for one that it does not understand. */
export type CopySourceParser = (source: string) => CopySource | null | undefined | false

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
  const [, host = '', key = '', version] =
    /^(?:https?:\/\/)?([^/]+)\/([^?]+)(?:\?versionId=([^&]*))?$/i.exec(text) || []
  const target = parseBucketHost(host)
  if (parser || !target) {
    const error = 'CopySource format error'
    throw argumentError(
      'KitInvalidCopySource',
      `${error}: expected "<Bucket>.cos.<Region>.myqcloud.com/<Key>", got ${JSON.stringify(text)}`,
      error,
    )
  }
  const source: CopySource = { Bucket: target.bucket, Key: decode(key) }
  if (target.region) source.Region = target.region
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

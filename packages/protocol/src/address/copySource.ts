import { argumentError } from '../errors/CosError'
import { parseBucketHost } from './parseHost'

export interface CopySource {
  Bucket: string
  Region?: string
  Key: string
  VersionId?: string
}

/**
 * Reads `<Bucket>.cos.<Region>.myqcloud.com/<encoded Key>[?versionId=…]` as COS does. A key that is
 * not percent-encoded is taken as it stands.
 *
 * @throws CosError `KitInvalidCopySource`
 */
export function parseCopySource(text: string): CopySource {
  const [, host = '', key = '', version] =
    /^(?:https?:\/\/)?([^/]+)\/([^?]+)(?:\?versionId=([^&]*))?$/i.exec(text) || []
  const target = parseBucketHost(host)
  if (!target) {
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

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
  const match = /^(?:https?:\/\/)?([^/]+)\/([^?]+)(?:\?versionId=([^&]*))?$/i.exec(text)
  const target = match ? parseBucketHost(match[1] as string) : undefined
  if (!match || !target) {
    const error = 'CopySource format error'
    throw argumentError(
      'KitInvalidCopySource',
      `${error}: expected "<Bucket>.cos.<Region>.myqcloud.com/<Key>", got ${JSON.stringify(text)}`,
      error,
    )
  }
  return {
    Bucket: target.bucket,
    Key: decode(match[2] as string),
    ...(target.region ? { Region: target.region } : {}),
    ...(match[3] ? { VersionId: decode(match[3]) } : {}),
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

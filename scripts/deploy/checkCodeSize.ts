import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { CloudFault } from '../cloud/cloudFault'

/** CloudBase's library sends no larger ZIP in one piece. */
const MAX_ZIP_BYTES = 1.5 * 1024 * 1024

/** Before anything is changed: whether a built function can be uploaded. @throws CloudFault `CodeTooLarge` */
export function checkCodeSize(name: string, folder: string): void {
  const bytes = readdirSync(folder).reduce(
    (sum, file) => sum + deflateRawSync(readFileSync(join(folder, file))).length,
    0,
  )
  if (bytes > MAX_ZIP_BYTES) {
    throw new CloudFault('CodeTooLarge', `${name}, ${(bytes / 1024 / 1024).toFixed(1)} MB`)
  }
}

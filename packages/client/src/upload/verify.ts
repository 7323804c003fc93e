import { type HeadObjectResult, headObject, type ResultMeta } from '@miniprogram-cos/protocol'
import { pick } from '../options'
import { formKey } from '../request/buildRequest'
import { asCosError } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import { notCosError } from '../request/failedRequest'
import { statedMd5, verifyContent } from '../request/integrity'
import type { UploadTaskParams } from '../tasks/task'
import { readLocalFile } from '../wx/files'

// Comparisons that only some uploads need. On phones part of later.js: see scripts/build/client.ts.

/**
 * Sends a HEAD request to confirm an upload whose response had no headers: some phones hide them, so that the response
 * may come from another server. A 403 is accepted: the caller may write but not read.
 */
export async function confirmByHead(
  core: ClientCore,
  { Bucket, Region, Key, FilePath, signal }: UploadTaskParams,
  size: number,
  response: ResultMeta,
): Promise<HeadObjectResult | undefined> {
  const target = { ...pick({ Bucket, Region, signal }), Key: formKey(Key, FilePath) }
  try {
    const head = await execute(core, headObject, target)
    if (head.headers['content-length'] === String(size)) return head
  } catch (error) {
    const { statusCode } = asCosError(error)
    if (statusCode === 403) return undefined
    if (statusCode !== 404) throw error
  }
  throw notCosError(response, { method: 'POST', url: Key })
}

/**
 * Compares a file whose MD5, as computed by the system, is missing or differs from the ETag. The content is hashed in
 * JavaScript, because the MD5 of some systems is not reliable.
 *
 * @param isRequired compares even if COS returns only a CRC64
 * @throws CosError `KitContentMismatch`
 */
export async function compareFile(
  FilePath: string,
  isRequired: boolean | undefined,
  headers: Record<string, string>,
): Promise<void> {
  if (!isRequired && !statedMd5(headers)) return
  const content = await readLocalFile(FilePath).catch(() => undefined)
  if (content) await verifyContent(content, headers)
}

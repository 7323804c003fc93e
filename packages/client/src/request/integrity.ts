import { integrityError } from './errors'

/**
 * The MD5 of the content that an ETag states, in hex; undefined where it states none: of an upload in parts, and where
 * COS encrypts with a key of KMS or of the caller (document 436/18145) or processes the picture.
 */
export function statedMd5(
  headers: Record<string, string>,
  sent: Record<string, unknown> = {},
): string | undefined {
  const [, md5] = /^"?([\da-f]{32})"?$/.exec(headers.etag || '') || []
  const encryption = 'x-cos-server-side-encryption'
  const isOther =
    (headers[encryption] && headers[encryption] !== 'AES256') ||
    headers[`${encryption}-customer-algorithm`] ||
    /(^|,)pic-operations/i.test(Object.keys(sent).join())
  return isOther ? undefined : md5
}

/**
 * Compares what was sent with what COS says it has stored.
 * @throws CosError `KitContentMismatch`
 */
export function verifyMd5(
  md5: string,
  headers: Record<string, string>,
  sent?: Record<string, unknown>,
): void {
  const stored = statedMd5(headers, sent)
  if (!stored || stored === md5) return
  const message = `the content was damaged on its way: its MD5 is ${md5}, that of the object ${stored}`
  throw integrityError('KitContentMismatch', message, true)
}

import { createHash, createHmac } from 'node:crypto'
import {
  type CallerFolder,
  encodeKey,
  type IssuedSignature,
  type IssuedUrl,
  presignedUrl,
  type SignatureHash,
  signRequest,
  type TemporaryKey,
} from '@miniprogram-cos/protocol'
import type { BucketLocation } from '../policy/compile'
import type { DescribedRequest } from './request'

/** The digests of a signature, computed by Node. */
export const nodeHash: SignatureHash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
}

/**
 * Signs a request with Host, every parameter and every header: as a header value, or as a URL.
 * @param period Unix seconds: from when until when the signature is valid
 */
export function signDescribedRequest(
  { method, key, query, headers, isUrl }: DescribedRequest,
  { bucket, region }: BucketLocation,
  { tmpSecretId, tmpSecretKey, sessionToken }: TemporaryKey,
  { from, until: expiredTime }: { from: number; until: number },
): Omit<IssuedSignature, keyof CallerFolder> | Omit<IssuedUrl, keyof CallerFolder> {
  const host = headers.host ?? `${bucket}.cos.${region}.myqcloud.com`
  const { authorization } = signRequest(
    { method, pathname: `/${key}`, query, headers: { ...headers, host } },
    { SecretId: tmpSecretId, SecretKey: tmpSecretKey, keyTime: `${from};${expiredTime}` },
    nodeHash,
  )
  if (!isUrl) return { authorization, sessionToken, expiredTime }
  const address = `https://${host}/${encodeKey(key)}`
  return { url: presignedUrl(address, authorization, query, sessionToken), expiredTime }
}

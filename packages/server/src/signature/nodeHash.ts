import { createHash, createHmac } from 'node:crypto'
import type { SignatureHash } from '@miniprogram-cos/protocol'

/** The digests of a signature, by Node. */
export const nodeHash: SignatureHash = {
  sha1: (text) => createHash('sha1').update(text, 'utf8').digest('hex'),
  hmacSha1: (key, text) => createHmac('sha1', key).update(text, 'utf8').digest('hex'),
}

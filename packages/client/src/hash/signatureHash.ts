import type { SignatureHash } from '@miniprogram-cos/protocol'
import hmacSha1 from 'crypto-js/hmac-sha1'
import sha1 from 'crypto-js/sha1'

/** crypto-js by sub-path: 7 KB instead of 72. */
export const signatureHash: SignatureHash = {
  sha1: (text) => sha1(text).toString(),
  hmacSha1: (key, text) => hmacSha1(text, key).toString(),
}

import type { SignatureHash } from '@miniprogram-cos/protocol'
import { hmacSha1, sha1 } from './sha1'

/** The digests of a signature, as a phone takes them. */
export const signatureHash: SignatureHash = { sha1, hmacSha1 }

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/**
 * Session tokens that carry their own content, encrypted and authenticated under the root secret: the
 * local cloud keeps no list of them, so they survive a restart, and nobody can forge or read one.
 */
export function sealToken(content: object, rootSecret: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(rootSecret), iv)
  const body = Buffer.concat([
    cipher.update(deflateRawSync(JSON.stringify(content))),
    cipher.final(),
  ])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** The content of a token, or undefined if it was not sealed with this secret. */
export function openToken(token: string, rootSecret: string): unknown {
  try {
    const raw = Buffer.from(token, 'base64url')
    // Decoding skips what is not base64url; COS compares tokens byte by byte.
    if (raw.toString('base64url') !== token) return undefined
    const decipher = createDecipheriv('aes-256-gcm', sealingKey(rootSecret), raw.subarray(0, 12))
    decipher.setAuthTag(raw.subarray(12, 28))
    const text = Buffer.concat([decipher.update(raw.subarray(28)), decipher.final()])
    return JSON.parse(inflateRawSync(text).toString('utf8'))
  } catch {
    return undefined
  }
}

function sealingKey(rootSecret: string): Buffer {
  return createHash('sha256').update(`local-cloud session token\0${rootSecret}`).digest()
}

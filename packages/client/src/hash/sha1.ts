import { utf8Bytes } from '../text/utf8'
import { digest, hexOf, type Rounds, rotateLeft } from './digest'

const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]

const rounds: Rounds = (state, words) => {
  let [a, b, c, d, e] = state as [number, number, number, number, number]
  for (let i = 0; i < 80; i++) {
    if (i > 15) {
      const mixed =
        (words[i - 3] as number) ^
        (words[i - 8] as number) ^
        (words[i - 14] as number) ^
        (words[i - 16] as number)
      words[i] = rotateLeft(mixed, 1)
    }
    const f =
      i < 20
        ? ((b & c) | (~b & d)) + 0x5a827999
        : i < 40
          ? (b ^ c ^ d) + 0x6ed9eba1
          : i < 60
            ? ((b & c) | (b & d) | (c & d)) - 0x70e44324
            : (b ^ c ^ d) - 0x359d3e2a
    const next = (rotateLeft(a, 5) + e + f + (words[i] as number)) | 0
    e = d
    d = c
    c = rotateLeft(b, 30)
    b = a
    a = next
  }
  return [a, b, c, d, e]
}

const sha1Bytes = (bytes: number[]) => digest(bytes, INITIAL, rounds, false)

/** The SHA-1 of a text's UTF-8, in hex (RFC 3174). */
export function sha1(text: string): string {
  return hexOf(sha1Bytes(utf8Bytes(text)))
}

/** The HMAC-SHA1 of a text under a key, both in UTF-8, in hex (RFC 2104). */
export function hmacSha1(key: string, text: string): string {
  const given = utf8Bytes(key)
  const secret = given.length > 64 ? sha1Bytes(given) : given
  const keyed = (pad: number, content: number[]) => {
    const block: number[] = []
    for (let i = 0; i < 64; i++) block.push((secret[i] ?? 0) ^ pad)
    return sha1Bytes(block.concat(content))
  }
  return hexOf(keyed(0x5c, keyed(0x36, utf8Bytes(text))))
}

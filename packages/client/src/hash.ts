import type { SignatureHash } from '@miniprogram-cos/protocol'

/** Computes, from the state and one block of 16 words, the words to add to the state. */
export type Rounds = (state: number[], words: number[]) => number[]

/** Bytes: a typed array of a file, or a plain array, which is much faster to create. */
type Bytes = ArrayLike<number>

/** A digest that is computed in steps. */
interface Digest {
  /** Processes the next `bytes` bytes. @returns whether the digest is complete */
  run: (bytes: number) => boolean
  result: () => number[]
}

/** The common part of MD5 and SHA-1: 64-byte blocks, and the length in bits at the end (RFC 1321, 3174). */
export function createDigest(
  bytes: Bytes,
  initial: number[],
  rounds: Rounds,
  isLittleEndian: boolean,
): Digest {
  const { length } = bytes
  const size = ((length + 72) >> 6) << 6
  const shift = (i: number) => 8 * (isLittleEndian ? i & 3 : ~i & 3)
  const state = [...initial]
  const words: number[] = []
  let at = 0
  return {
    run(count) {
      const until = Math.min(at + count, size)
      while (at < until) {
        for (let i = 0; i < 16; i++) {
          let word = 0
          for (let end = at + 4; at < end; at++) {
            const byte = at < length ? (bytes[at] as number) : at === length ? 128 : 0
            word |= byte << shift(at)
          }
          words[i] = word
        }
        if (at === size) {
          words[isLittleEndian ? 14 : 15] = length << 3
          words[isLittleEndian ? 15 : 14] = length >>> 29
        }
        const sum = rounds(state, words)
        for (let i = 0; i < sum.length; i++) {
          state[i] = ((state[i] as number) + (sum[i] as number)) | 0
        }
      }
      return at === size
    },
    result() {
      const result: number[] = []
      for (let i = 0; i < state.length * 4; i++) {
        result.push(((state[i >> 2] as number) >>> shift(i)) & 255)
      }
      return result
    },
  }
}

/** Computes a digest in one step, for short content. */
export function digest(...input: Parameters<typeof createDigest>): number[] {
  const { run, result } = createDigest(...input)
  run(Number.POSITIVE_INFINITY)
  return result()
}

export function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

export function hexOf(bytes: number[]): string {
  return bytes.map((byte) => (byte + 256).toString(16).slice(1)).join('')
}

const SHA1_INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]

const sha1Rounds: Rounds = (state, words) => {
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

const sha1Bytes = (bytes: number[]) => digest(bytes, SHA1_INITIAL, sha1Rounds, false)

/** The SHA-1 of a string in UTF-8, in hex (RFC 3174). */
export function sha1(text: string): string {
  return hexOf(sha1Bytes(utf8Bytes(text)))
}

/** The HMAC-SHA1 of a string with a key, both in UTF-8, in hex (RFC 2104). */
export function hmacSha1(key: string, text: string): string {
  const keyBytes = utf8Bytes(key)
  const blockKey = keyBytes.length > 64 ? sha1Bytes(keyBytes) : keyBytes
  const hashBlock = (pad: number, content: number[]) => {
    const block: number[] = []
    for (let i = 0; i < 64; i++) block.push((blockKey[i] || 0) ^ pad)
    return sha1Bytes(block.concat(content))
  }
  return hexOf(hashBlock(0x5c, hashBlock(0x36, utf8Bytes(text))))
}

/** The hash functions of a signature. */
export const signatureHash: SignatureHash = { sha1, hmacSha1 }

/** Encodes a string in UTF-8; mini programs have no TextEncoder. */
export function utf8Bytes(text: string): number[] {
  const binary = unescape(encodeURIComponent(text))
  const bytes: number[] = []
  for (let i = 0; i < binary.length; i++) bytes.push(binary.charCodeAt(i))
  return bytes
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Encodes bytes as base64; mini programs have no btoa. */
export function toBase64(bytes: number[]): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.slice(i, i + 3)
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0)
    text += DIGITS[bits >> 18] as string
    text += DIGITS[(bits >> 12) & 63] as string
    text += b === undefined ? '=' : (DIGITS[(bits >> 6) & 63] as string)
    text += c === undefined ? '=' : (DIGITS[bits & 63] as string)
  }
  return text
}

import { toBase64 } from '../text/base64'
import { utf8Bytes } from '../text/utf8'
import { digest, hexOf, type Rounds, rotateLeft } from './digest'

const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
/** How far each step of a round rotates, four and four alike. */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/** A step's constant: the integer part of 2^32 |sin(step)|, as RFC 1321 defines it. */
const SINES: number[] = []

const rounds: Rounds = (state, words) => {
  let [a, b, c, d] = state as [number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    let f = (b & c) | (~b & d)
    let at = i
    if (round === 1) {
      f = (d & b) | (~d & c)
      at = 5 * i + 1
    } else if (round === 2) {
      f = b ^ c ^ d
      at = 3 * i + 5
    } else if (round === 3) {
      f = c ^ (b | ~d)
      at = 7 * i
    }
    const sum = (a + f + (SINES[i] as number) + (words[at & 15] as number)) | 0
    a = d
    d = c
    c = b
    b = (b + rotateLeft(sum, SHIFTS[round * 4 + (i & 3)] as number)) | 0
  }
  return [a, b, c, d]
}

/** The MD5 of a text's UTF-8, or of bytes (RFC 1321). */
function md5(content: string | ArrayBuffer): number[] {
  for (let i = SINES.length; i < 64; i++) SINES[i] = (Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0
  const bytes = typeof content === 'string' ? utf8Bytes(content) : new Uint8Array(content)
  return digest(bytes, INITIAL, rounds, true)
}

/** Content-MD5: base64 of the MD5 of a text's UTF-8, or of bytes. */
export function contentMd5(content: string | ArrayBuffer): string {
  return toBase64(md5(content))
}

/** The MD5 of a text's UTF-8, or of bytes, in hex. */
export function hexMd5(content: string | ArrayBuffer): string {
  return hexOf(md5(content))
}

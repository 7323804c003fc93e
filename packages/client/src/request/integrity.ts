import { Semaphore, sleep } from '../concurrency'
import { createDigest, digest, hexOf, type Rounds, rotateLeft, toBase64, utf8Bytes } from '../hash'
import { integrityError } from './errors'

// The comparison of content with the digests that COS states. A client loads it when it is first needed: see lazy/integrity.ts.

const MD5_INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476]
/** Rotation of each step; the four values of a round repeat. */
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/** A step's constant: the integer part of 2^32 |sin(step)|, as RFC 1321 defines it. */
const SINES: number[] = []

const md5Rounds: Rounds = (state, words) => {
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

function md5Input(content: string | ArrayBuffer): Parameters<typeof createDigest> {
  for (let i = SINES.length; i < 64; i++) SINES[i] = (Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0
  const bytes = typeof content === 'string' ? utf8Bytes(content) : new Uint8Array(content)
  return [bytes, MD5_INITIAL, md5Rounds, true]
}

/** The MD5 of a text's UTF-8, or of bytes (RFC 1321). */
const md5 = (content: string | ArrayBuffer) => digest(...md5Input(content))

/** Bytes between two looks at the clock, and milliseconds that the app waits at most: a quarter of a frame. */
const SLICE = 8192
const MAX_BLOCK = 4

/** Several at a time would take turns without a break. */
const oneDigest = new Semaphore(1)

/** The MD5 of a file's content: in turns of the event loop, so that pages go on meanwhile. */
export const md5InTurns = (content: string | ArrayBuffer): Promise<number[]> =>
  oneDigest.run(async () => {
    const { run, result } = createDigest(...md5Input(content))
    for (let began = Date.now(); !run(SLICE); ) {
      if (Date.now() - began < MAX_BLOCK) continue
      await sleep(0)
      began = Date.now()
    }
    return result()
  })

/** Content-MD5: base64 of the MD5 of a text's UTF-8, or of bytes. */
export function contentMd5(content: string | ArrayBuffer): string {
  return toBase64(md5(content))
}

/** The MD5 of a text's UTF-8, or of bytes, in hex. */
export function hexMd5(content: string | ArrayBuffer): string {
  return hexOf(md5(content))
}

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

import { Semaphore, sleep } from '../concurrency'
import { createDigest, digest, hexOf, type Rounds, rotateLeft, utf8Bytes } from '../hash'
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

/** A text stands for its UTF-8. */
type Content = string | ArrayBuffer

const bytesOf = (content: Content) =>
  typeof content === 'string' ? utf8Bytes(content) : new Uint8Array(content)

function md5Input(content: Content): Parameters<typeof createDigest> {
  for (let i = SINES.length; i < 64; i++) SINES[i] = (Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0
  return [bytesOf(content), MD5_INITIAL, md5Rounds, true]
}

/** The MD5 of a text's UTF-8, or of bytes, at once (RFC 1321). */
export const md5 = (content: Content) => digest(...md5Input(content))

/** Bytes between two looks at the clock, and milliseconds that the app waits at most: a quarter of a frame. */
const SLICE = 8192
const MAX_BLOCK = 4

/** Several at a time would take turns without a break. */
const oneDigest = new Semaphore(1)

/**
 * Computes in turns of the event loop, so that pages go on meanwhile.
 * @param run processes so many bytes; returns whether it is complete
 */
const inTurns = (run: (bytes: number) => boolean): Promise<void> =>
  oneDigest.run(async () => {
    for (let began = Date.now(); !run(SLICE); ) {
      if (Date.now() - began < MAX_BLOCK) continue
      await sleep(0)
      began = Date.now()
    }
  })

/** The MD5 of a file's content, computed in turns. */
export async function md5InTurns(content: Content): Promise<number[]> {
  const { run, result } = createDigest(...md5Input(content))
  await inTurns(run)
  return result()
}

/** The CRC of each byte, as its low and high 32 bits: phones may have no BigInt. */
const LOW: number[] = []
const HIGH: number[] = []

function fillCrcs(): void {
  for (let i = LOW.length; i < 256; i++) {
    let [low, high] = [i, 0]
    for (let bit = 0; bit < 8; bit++) {
      const isOdd = low & 1
      low = (low >>> 1) | (high << 31)
      high >>>= 1
      if (isOdd) {
        low ^= 0xd7870f42
        high ^= 0xc96c5795
      }
    }
    LOW.push(low)
    HIGH.push(high)
  }
}

/** The CRC-64/XZ of content that comes in pieces: what COS calls CRC64 (document 436/40334). */
export function createCrc64() {
  fillCrcs()
  let [low, high] = [-1, -1]
  return {
    /** Adds the next bytes, in turns. */
    add(content: Content): Promise<void> {
      const bytes = bytesOf(content)
      let at = 0
      return inTurns((count) => {
        for (const end = Math.min(at + count, bytes.length); at < end; at++) {
          const i = (low ^ (bytes[at] as number)) & 255
          low = ((low >>> 8) | (high << 24)) ^ (LOW[i] as number)
          high = (high >>> 8) ^ (HIGH[i] as number)
        }
        return at === bytes.length
      })
    },
    /** The CRC of what has been added, in decimal. */
    result(): string {
      let [upper, lower] = [~high >>> 0, ~low >>> 0]
      let text = ''
      do {
        const rest = (upper % 10) * 2 ** 32 + lower
        upper = Math.floor(upper / 10)
        lower = Math.floor(rest / 10)
        text = (rest % 10) + text
      } while (upper || lower)
      return text
    },
  }
}

type Headers = Record<string, string>

/**
 * The MD5 of the content that an ETag states, in hex; undefined where it states none: of an upload in parts or by
 * appending, and where COS encrypts with a key of KMS or of the caller (document 436/18145).
 */
export function statedMd5(headers: Headers): string | undefined {
  const [, md5] = /^"?([\da-f]{32})"?$/.exec(headers.etag || '') || []
  const encryption = 'x-cos-server-side-encryption'
  const isOther =
    /^(?!AES256$)./.test(headers[encryption] || '') ||
    headers[`${encryption}-customer-algorithm`] ||
    /^(?!normal$)./.test(headers['x-cos-object-type'] || '')
  return isOther ? undefined : md5
}

/** The CRC64 that an answer states. WeChat decompresses what is stored compressed. */
export const statedCrc64 = (headers: Headers): string | undefined =>
  headers['content-encoding'] ? undefined : headers['x-cos-hash-crc64ecma']

/** @throws CosError `KitContentMismatch` */
function compareDigests(digest: string, own: string, stated: string): void {
  if (own === stated) return
  const message = `damaged: ${digest} ${own}, of the object ${stated}`
  throw integrityError('KitContentMismatch', message, true)
}

/**
 * Compares content with the CRC64 or the MD5 that COS states of it, whichever costs less.
 *
 * @param md5 of the content, if it has been computed
 * @param sent headers of the upload: where COS processes the picture, it states the digests of another
 * @throws CosError `KitContentMismatch`
 */
export async function verifyContent(
  content: Content,
  headers: Headers,
  md5?: string,
  sent: object = {},
): Promise<void> {
  if (/(^|,)pic-operations/i.test(Object.keys(sent).join())) return
  const [stated, crc64] = [statedMd5(headers), statedCrc64(headers)]
  if (stated && md5) compareDigests('MD5', md5, stated)
  else if (crc64) {
    const { add, result } = createCrc64()
    await add(content)
    compareDigests('CRC64', result(), crc64)
  } else if (stated) {
    compareDigests('MD5', hexOf(await md5InTurns(content)), stated)
  }
}

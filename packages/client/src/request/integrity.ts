import { setHeader } from '@miniprogram-cos/protocol'
import { Semaphore, sleep } from '../concurrency'
import { createDigest, digest, hexOf, type Rounds, rotateLeft, toBase64, utf8Bytes } from '../hash'
import { integrityError } from './errors'

// Comparison of content with the digests that COS returns. On phones part of later.js: see scripts/build/client.ts.

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

/** Bytes, or a string that is encoded in UTF-8. */
type Content = string | ArrayBuffer

const bytesOf = (content: Content) =>
  typeof content === 'string' ? utf8Bytes(content) : new Uint8Array(content)

function md5Input(content: Content): Parameters<typeof createDigest> {
  for (let i = SINES.length; i < 64; i++) SINES[i] = (Math.abs(Math.sin(i + 1)) * 2 ** 32) | 0
  return [bytesOf(content), MD5_INITIAL, md5Rounds, true]
}

/** Computes an MD5 in one step (RFC 1321). */
export const md5 = (content: Content) => digest(...md5Input(content))

/** Bytes that are processed between two checks of the clock. */
const SLICE_BYTES = 8192
/** Milliseconds that the app's thread is blocked at most: a quarter of a frame. */
const MAX_BLOCK_MS = 4

/** Concurrent computations would fill the pauses of each other. */
const digestSlot = new Semaphore(1)

/**
 * Computes in slices, with pauses in which the app's pages can react.
 * @param run processes that many bytes; returns whether it is complete
 */
const inSlices = (run: (bytes: number) => boolean): Promise<void> =>
  digestSlot.run(async () => {
    for (let began = Date.now(); !run(SLICE_BYTES); ) {
      if (Date.now() - began < MAX_BLOCK_MS) continue
      await sleep(0)
      began = Date.now()
    }
  })

/** Computes an MD5 in slices. */
export async function md5InSlices(content: Content): Promise<number[]> {
  const { run, result } = createDigest(...md5Input(content))
  await inSlices(run)
  return result()
}

/** Adds the header Content-MD5 unless the caller has set it. @returns the MD5 in hex */
export async function addMd5(
  headers: Record<string, string | number>,
  content: Content,
): Promise<string> {
  const bytes = await md5InSlices(content)
  const isGiven = Object.keys(headers).some((name) => headers[name] && /^content-md5$/i.test(name))
  if (!isGiven) setHeader(headers, 'Content-MD5', toBase64(bytes))
  return hexOf(bytes)
}

/** The CRC of each byte, as low and high 32 bits: phones may lack BigInt. */
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

/** Computes the CRC-64/XZ of content in pieces, which COS calls CRC64 (document 436/40334). */
export function createCrc64() {
  fillCrcs()
  let [low, high] = [-1, -1]
  return {
    /** Adds the next bytes, in slices. */
    add(content: Content): Promise<void> {
      const bytes = bytesOf(content)
      let at = 0
      return inSlices((count) => {
        for (const end = Math.min(at + count, bytes.length); at < end; at++) {
          const i = (low ^ (bytes[at] as number)) & 255
          low = ((low >>> 8) | (high << 24)) ^ (LOW[i] as number)
          high = (high >>> 8) ^ (HIGH[i] as number)
        }
        return at === bytes.length
      })
    },
    /** The CRC of all added bytes, in decimal. */
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
 * The MD5 of the content, in hex, if the ETag is one. It is not for multipart and appendable objects, and for objects
 * that are encrypted with a key of KMS or of the caller (document 436/18145).
 */
export function statedMd5(headers: Headers): string | undefined {
  const [, md5] = /^"?([\da-f]{32})"?$/.exec(headers.etag || '') || []
  const encryption = 'x-cos-server-side-encryption'
  const isOtherETag =
    /^(?!AES256$)./.test(headers[encryption] || '') ||
    headers[`${encryption}-customer-algorithm`] ||
    /^(?!normal$)./.test(headers['x-cos-object-type'] || '')
  return isOtherETag ? undefined : md5
}

/** The CRC64 in a response. Undefined for compressed content, which WeChat decompresses. */
export const statedCrc64 = (headers: Headers): string | undefined =>
  headers['content-encoding'] ? undefined : headers['x-cos-hash-crc64ecma']

/** @throws CosError `KitContentMismatch` */
function compareDigests(name: string, computed: string, stated: string): void {
  if (computed === stated) return
  const message = `the content differs from the object: ${name} ${computed}, stored ${stated}`
  throw integrityError('KitContentMismatch', message, true)
}

/**
 * Compares content with the CRC64 or the MD5 that COS returns, whichever is cheaper.
 *
 * @param md5 the MD5 of the content, if it has been computed already
 * @param sent headers of the upload: if COS processes the picture, it returns the digests of the processed one
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
    compareDigests('MD5', hexOf(await md5InSlices(content)), stated)
  }
}

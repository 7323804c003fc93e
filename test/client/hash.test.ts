import CryptoJS from 'crypto-js'
import fc from 'fast-check'
import { hexOf, hmacSha1, sha1, toBase64 } from '../../packages/client/src/hash'
import { createCrc64, md5 } from '../../packages/client/src/request/integrity'
import { Crc64 } from '../../packages/local-cloud/src/cos/store/crc64'

const hexMd5 = (content: string | ArrayBuffer) => hexOf(md5(content))

const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const bytes = fc.uint8Array({ maxLength: 300 })
const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { numRuns: 500 })

/** crypto-js hashes arrays of big-endian words. */
const wordsOf = (content: Uint8Array) =>
  CryptoJS.enc.Hex.parse(Buffer.from(content).toString('hex'))

describe('the digests of the client agree with crypto-js', () => {
  test('SHA-1 of any text', () => {
    check(fc.property(text, (given) => expect(sha1(given)).toBe(`${CryptoJS.SHA1(given)}`)))
  })

  test('HMAC-SHA1 of any text under any key, longer than a block or not', () => {
    check(
      fc.property(text, text, (key, given) =>
        expect(hmacSha1(key, given)).toBe(`${CryptoJS.HmacSHA1(given, key)}`),
      ),
    )
  })

  test('MD5 of any text', () => {
    check(fc.property(text, (given) => expect(hexMd5(given)).toBe(`${CryptoJS.MD5(given)}`)))
  })

  test('MD5 of any bytes, in hex and in base64', () => {
    check(
      fc.property(bytes, (given) => {
        const buffer = given.slice().buffer
        const expected = CryptoJS.MD5(wordsOf(given))
        expect(hexMd5(buffer)).toBe(`${expected}`)
        expect(toBase64(md5(buffer))).toBe(expected.toString(CryptoJS.enc.Base64))
      }),
    )
  })

  test.each([0, 55, 56, 63, 64, 65, 119, 120, 1000])('a text of %d characters', (length) => {
    const given = 'a'.repeat(length)
    expect(sha1(given)).toBe(`${CryptoJS.SHA1(given)}`)
    expect(hexMd5(given)).toBe(`${CryptoJS.MD5(given)}`)
  })
})

describe('CRC64', () => {
  const crc64 = async (...pieces: (string | ArrayBuffer)[]) => {
    const { add, result } = createCrc64()
    for (const piece of pieces) await add(piece)
    return result()
  }

  test.each([
    ['nothing', '', '0'],
    ['the check value of CRC-64/XZ', '123456789', '11051210869376104954'],
    ['an example of the COS documents', '[Object Content]', '16749565679157681890'],
  ])('of %s', async (_, content, expected) => {
    expect(await crc64(content)).toBe(expected)
  })

  test('of any bytes in any pieces is that of the local COS', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 4 }), async (pieces) => {
        const expected = new Crc64().update(Buffer.concat(pieces)).decimal()
        expect(await crc64(...pieces.map((piece) => piece.slice().buffer))).toBe(expected)
      }),
      { numRuns: 100 },
    )
  })
})

import CryptoJS from 'crypto-js'
import fc from 'fast-check'
import { hmacSha1, sha1 } from '../../packages/client/src/hash'
import { contentMd5, hexMd5 } from '../../packages/client/src/request/integrity'

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
        const md5 = CryptoJS.MD5(wordsOf(given))
        expect(hexMd5(buffer)).toBe(`${md5}`)
        expect(contentMd5(buffer)).toBe(md5.toString(CryptoJS.enc.Base64))
      }),
    )
  })

  test.each([0, 55, 56, 63, 64, 65, 119, 120, 1000])('a text of %d characters', (length) => {
    const given = 'a'.repeat(length)
    expect(sha1(given)).toBe(`${CryptoJS.SHA1(given)}`)
    expect(hexMd5(given)).toBe(`${CryptoJS.MD5(given)}`)
  })
})

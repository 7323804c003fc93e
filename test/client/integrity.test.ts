import { createHash } from 'node:crypto'
import CryptoJS from 'crypto-js'
import fc from 'fast-check'
import type { COSOptions } from 'miniprogram-cos'
import { hexOf, hmacSha1, sha1, toBase64 } from '../../packages/client/src/hash'
import { createCrc64, md5 } from '../../packages/client/src/request/integrity'
import { Crc64 } from '../../packages/local-cloud/src/cos/store/crc64'
import {
  answering,
  defect,
  endOf,
  outcomeOf,
  startClient,
  useFakeClock,
} from '../support/bothClients'
import { AT, createFakePhone, MIB, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, headerOf, isSignatureValid, KEY, setWx } from '../support/recordingWx'

/** Uploads whose bytes change on the way: COS answers with the ETag of what has arrived. */

useFakeClock()

const content = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)
const md5Of = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[bytes.length >> 1] = (changed[bytes.length >> 1] as number) ^ 1
  return changed
}

const answerWith = (bytes: Uint8Array, header: object = {}) => ({
  statusCode: 200,
  header: { ETag: `"${md5Of(bytes)}"`, 'x-cos-request-id': 'r', ...header },
  data: '',
})

interface Scene {
  options?: COSOptions
  answer: PhoneOptions['answer']
  /** What the system says of the file's MD5. @default the truth */
  digest?: string | undefined
  file?: Uint8Array
}

function start({ options = {}, answer, file = content(1000), ...scene }: Scene) {
  const phone = createFakePhone({ files: { f: file }, ...(answer && { answer }) })
  const files = phone.wx.getFileSystemManager()
  const digest = 'digest' in scene ? scene.digest : md5Of(file)
  let asked = 0
  setWx({
    ...phone.wx,
    getFileSystemManager: () => ({
      ...files,
      getFileInfo({ success, fail }: Untyped) {
        asked++
        if (digest) success({ size: file.length, digest })
        else fail({ errMsg: 'getFileInfo:fail not supported' })
      },
    }),
  })
  return { cos: new COS({ ...KEY, ...options }), asked: () => asked }
}

const MISMATCH = { error: { kind: 'integrity', code: 'KitContentMismatch', retryable: true } }
const upload = (cos: COS, more: object = {}) =>
  outcomeOf(cos.uploadFile({ ...AT, Key: 'k', FilePath: 'f', ...more }))

describe.each(['postObject', 'putObject'] as const)('a file sent whole by %s', (how) => {
  const options = { SimpleUploadMethod: how }

  test('is compared by the MD5 of the system', async () => {
    const file = content(1000)
    expect(await upload(start({ options, answer: () => answerWith(file) }).cos)).toMatchObject({
      value: { statusCode: 200 },
    })
    const damaged = start({ options, answer: () => answerWith(flipped(file)) })
    expect(await upload(damaged.cos)).toMatchObject(MISMATCH)
  })

  test('is not refused because the MD5 of the system is wrong', async () => {
    const { cos } = start({
      options,
      answer: () => answerWith(content(1000)),
      digest: md5Of(content(7)),
    })
    expect(await upload(cos)).toMatchObject({ value: { statusCode: 200 } })
  })

  test('is compared without one on request only', async () => {
    const answer = () => answerWith(flipped(content(1000)))
    const without = start({ options, answer, digest: undefined })
    expect(await upload(without.cos)).toMatchObject({ value: { statusCode: 200 } })
    const wanted = start({ options: { ...options, VerifyUpload: true }, answer, digest: undefined })
    expect(await upload(wanted.cos)).toMatchObject(MISMATCH)
  })

  test('is not compared with VerifyUpload: false', async () => {
    const answer = () => answerWith(flipped(content(1000)))
    const { cos, asked } = start({ options: { ...options, VerifyUpload: false }, answer })
    expect(await upload(cos)).toMatchObject({ value: { statusCode: 200 } })
    expect(asked()).toBe(0)
  })

  test.each([
    { 'x-cos-server-side-encryption': 'cos/kms' },
    { 'x-cos-server-side-encryption-customer-algorithm': 'AES256' },
  ])('has no MD5 with %j, but a CRC64', async (header) => {
    const crc64 = (bytes: Uint8Array) => new Crc64().update(Buffer.from(bytes)).decimal()
    const sent = (stored: Uint8Array | undefined) => {
      const more = stored ? { ...header, 'x-cos-hash-crc64ecma': crc64(stored) } : header
      const answer = () => answerWith(flipped(content(1000)), more)
      return upload(start({ options: { ...options, VerifyUpload: true }, answer }).cos)
    }
    expect(await sent(undefined)).toMatchObject({ value: { statusCode: 200 } })
    expect(await sent(content(1000))).toMatchObject({ value: { statusCode: 200 } })
    expect(await sent(flipped(content(1000)))).toMatchObject(MISMATCH)
  })
})

describe('parts', () => {
  const file = content(2 * MIB)
  const answer = (changed: boolean): PhoneOptions['answer'] => {
    return (step) => {
      const [, number] = /^part (\d+)/.exec(step) ?? []
      if (!number) return undefined
      const part = file.slice((Number(number) - 1) * MIB, Number(number) * MIB)
      return answerWith(changed && number === '2' ? flipped(part) : part)
    }
  }

  test('are compared on request', async () => {
    const options = { VerifyUpload: true }
    expect(await upload(start({ options, file, answer: answer(false) }).cos)).toMatchObject({
      value: { statusCode: 200 },
    })
    expect(await upload(start({ options, file, answer: answer(true) }).cos)).toMatchObject(MISMATCH)
  })

  test('are compared where their MD5 is sent anyway', async () => {
    const { cos } = start({ options: { UploadCheckContentMd5: true }, file, answer: answer(true) })
    expect(await upload(cos)).toMatchObject(MISMATCH)
  })

  test('are not hashed otherwise', async () => {
    const { cos } = start({ file, answer: answer(true) })
    expect(await upload(cos)).toMatchObject({ value: { statusCode: 200 } })
  })
})

test('a picture that COS processes during the upload is not compared', async () => {
  const answer = () => answerWith(flipped(content(1000)))
  const { cos } = start({ options: { VerifyUpload: true }, answer })
  expect(await upload(cos, { PicOperations: '{"is_pic_info":1}' })).toMatchObject({
    value: { statusCode: 200 },
  })
})

describe('digests', () => {
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
})

defect(
  1,
  'the MD5 options send Content-MD5 and x-cos-meta-md5, for strings and buffers',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering(), {
      UploadCheckContentMd5: true,
      UploadAddMetaMd5: true,
    })
    for (const Body of ['hello', new TextEncoder().encode('hello').buffer]) {
      await endOf(cos.putObject({ ...AT, Key: 'k', Body }))
    }
    return requests.map((one) => [
      headerOf(one, 'Content-MD5'),
      headerOf(one, 'x-cos-meta-md5'),
      isSignatureValid(one),
    ])
  },
  {
    right: Array(2).fill(['XUFAKrxLKna5cZ2REBfFkg==', '5d41402abc4b2a76b9719d911017c592', true]),
    wrong: Array(2).fill([undefined, undefined, true]),
  },
)

defect(
  29,
  'a string body has progress and an MD5 like a buffer',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering(), { UploadCheckContentMd5: true })
    const seen: Untyped[] = []
    const onProgress = (progress: Untyped) => seen.push(progress)
    await endOf(cos.putObject({ ...AT, Key: 'k', Body: 'h\u00e9llo', onProgress }))
    const { loaded, total } = seen.at(-1) ?? {}
    return { loaded, total, hasMd5: headerOf(requests[0], 'Content-MD5') !== undefined }
  },
  {
    right: { loaded: 6, total: 6, hasMd5: true },
    wrong: { loaded: undefined, total: undefined, hasMd5: false },
  },
)

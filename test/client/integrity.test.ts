import { createHash } from 'node:crypto'
import type { COSOptions } from 'miniprogram-cos'
import { Crc64 } from '../../packages/local-cloud/src/cos/store/crc64'
import { outcomeOf, useFakeClock } from '../support/bothClients'
import { AT, createFakePhone, MIB, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'

/** Uploads whose bytes change on the way: COS answers with the ETag of what has arrived. */

useFakeClock()

const content = (size: number) => Uint8Array.from({ length: size }, (_, i) => i % 251)
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

function flipped(bytes: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(bytes)
  changed[bytes.length >> 1] = (changed[bytes.length >> 1] as number) ^ 1
  return changed
}

const answerWith = (bytes: Uint8Array, header: object = {}) => ({
  statusCode: 200,
  header: { ETag: `"${md5(bytes)}"`, 'x-cos-request-id': 'r', ...header },
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
  const digest = 'digest' in scene ? scene.digest : md5(file)
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
      digest: md5(content(7)),
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

test('a picture that COS processes on the way is not compared', async () => {
  const answer = () => answerWith(flipped(content(1000)))
  const { cos } = start({ options: { VerifyUpload: true }, answer })
  expect(await upload(cos, { PicOperations: '{"is_pic_info":1}' })).toMatchObject({
    value: { statusCode: 200 },
  })
})

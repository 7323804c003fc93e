import { createHash, randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Crc64, combineCrc64 } from '../../packages/local-cloud/src/cos/store/crc64'
import { errorOf, pathOf, type Signing, send, signByOfficialSdk } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'

import { useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()

function request(
  signing: Signing,
  body?: string | Uint8Array,
  headers: Record<string, string | number> = {},
) {
  return send(cloud.cos, {
    method: signing.method ?? 'GET',
    path: pathOf(signing),
    headers: { Authorization: signByOfficialSdk(signing), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

const put = (key: string, body: string | Uint8Array, headers = {}) =>
  request({ method: 'PUT', key }, body, headers)

async function upload(key: string, parts: Uint8Array[]): Promise<{ id: string; etags: string[] }> {
  const init = await request({ method: 'POST', key, query: { uploads: '' } })
  const id = /<UploadId>(.*)<\/UploadId>/.exec(init.body)?.[1] as string
  const etags: string[] = []
  for (const [i, part] of parts.entries()) {
    const query = { partNumber: String(i + 1), uploadId: id }
    const sent = await request({ method: 'PUT', key, query }, part)
    etags.push(sent.headers.etag as string)
  }
  return { id, etags }
}

const complete = (key: string, id: string, list: [number: number, etag: string][]) =>
  request(
    { method: 'POST', key, query: { uploadId: id } },
    `<CompleteMultipartUpload>${list
      .map(
        ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
      )
      .join('')}</CompleteMultipartUpload>`,
  )

test('returns the published CRC64 and the MD5 of what it stored', async () => {
  const { headers } = await put('crc', '[Object Content]')
  expect(headers['x-cos-hash-crc64ecma']).toBe('16749565679157681890')
  expect(headers.etag).toBe(`"${createHash('md5').update('[Object Content]').digest('hex')}"`)
})

test('returns ranges, and refuses those beyond the end', async () => {
  await put('range', '0123456789')
  const range = async (value: string) => {
    const response = await request({ key: 'range' }, undefined, { Range: value })
    return [response.status, response.body, response.headers['content-range']]
  }
  expect(await range('bytes=2-4')).toEqual([206, '234', 'bytes 2-4/10'])
  expect(await range('bytes=7-')).toEqual([206, '789', 'bytes 7-9/10'])
  expect(await range('bytes=-3')).toEqual([206, '789', 'bytes 7-9/10'])
  expect(await range('bytes=8-99')).toEqual([206, '89', 'bytes 8-9/10'])
  const outside = await request({ key: 'range' }, undefined, { Range: 'bytes=10-' })
  expect([outside.status, errorOf(outside).code]).toEqual([416, 'InvalidRange'])
})

test('answers conditions with 304 and 412', async () => {
  const { headers } = await put('cond', 'x')
  const etag = headers.etag as string
  const status = async (condition: Record<string, string>) =>
    (await request({ key: 'cond' }, undefined, condition)).status
  const later = new Date(Date.now() + 60_000).toUTCString()
  const earlier = new Date(Date.now() - 60_000).toUTCString()
  expect(await status({ 'If-None-Match': etag })).toBe(304)
  expect(await status({ 'If-Modified-Since': later })).toBe(304)
  expect(await status({ 'If-Match': '"other"' })).toBe(412)
  expect(await status({ 'If-Unmodified-Since': earlier })).toBe(412)
  expect(await status({ 'If-Match': etag, 'If-Modified-Since': earlier })).toBe(200)
})

test('refuses a body with another MD5 and keeps the existing object', async () => {
  await put('md5', 'first')
  const md5 = (text: string) => createHash('md5').update(text).digest('base64')
  const wrong = await put('md5', 'second', { 'Content-MD5': md5('other') })
  expect([wrong.status, errorOf(wrong).code]).toEqual([400, 'BadDigest'])
  const invalid = await put('md5', 'second', { 'Content-MD5': 'nonsense' })
  expect([invalid.status, errorOf(invalid).code]).toEqual([400, 'InvalidDigest'])
  expect((await request({ key: 'md5' })).body).toBe('first')
  expect((await put('md5', 'second', { 'Content-MD5': md5('second') })).status).toBe(200)
})

test('assembles parts by number, and reads ranges across them', async () => {
  const parts = [randomBytes(MIB), randomBytes(MIB), randomBytes(5)]
  const { id, etags } = await upload('parts', parts)
  const done = await complete(
    'parts',
    id,
    etags.map((etag, i) => [i + 1, etag]),
  )
  expect(done.status).toBe(200)
  const whole = Buffer.concat(parts)
  const read = await request({ key: 'parts' })
  expect(read.bytes.equals(whole)).toBe(true)
  const across = await request({ key: 'parts' }, undefined, {
    Range: `bytes=${MIB - 2}-${2 * MIB + 1}`,
  })
  expect(across.bytes.equals(whole.subarray(MIB - 2, 2 * MIB + 2))).toBe(true)
  const single = await put('single', whole)
  // Combined from the CRCs of the parts.
  expect(read.headers['x-cos-hash-crc64ecma']).toBe(single.headers['x-cos-hash-crc64ecma'])
})

test('refuses a completion with parts that were not uploaded', async () => {
  const { id, etags } = await upload('refused', [randomBytes(MIB), randomBytes(10)])
  const [one, two] = etags as [string, string]
  const outcomes: [list: [number, string][], code: string][] = [
    [
      [
        [2, two],
        [1, one],
      ],
      'InvalidPartOrder',
    ],
    [[[1, two]], 'InvalidPart'],
    [
      [
        [1, one],
        [3, two],
      ],
      'InvalidPart',
    ],
    [[], 'MalformedXML'],
  ]
  for (const [list, code] of outcomes) {
    const response = await complete('refused', id, list)
    expect([response.status, errorOf(response).code]).toEqual([400, code])
  }
  expect((await request({ key: 'refused' })).status).toBe(404)
  const other = await complete('another-key', id, [[1, one]])
  expect([other.status, errorOf(other).code]).toEqual([404, 'NoSuchUpload'])
})

test('refuses parts that are too small, but not the last', async () => {
  const { id, etags } = await upload('small', [randomBytes(MIB - 1), randomBytes(10)])
  const response = await complete(
    'small',
    id,
    etags.map((etag, i) => [i + 1, etag]),
  )
  expect([response.status, errorOf(response).code]).toEqual([400, 'EntityTooSmall'])
})

test('refuses part numbers outside 1 to 10000', async () => {
  const { id } = await upload('numbers', [])
  for (const partNumber of ['0', '10001', 'x', '-1']) {
    const response = await request(
      { method: 'PUT', key: 'numbers', query: { partNumber, uploadId: id } },
      'x',
    )
    expect([response.status, errorOf(response).code]).toEqual([400, 'InvalidArgument'])
  }
})

test('a reader gets the complete object that it started with, even if it is replaced meanwhile', async () => {
  const first = randomBytes(8 * MIB)
  await put('replaced', first)
  const reading = request({ key: 'replaced' })
  const writing = Promise.all([1, 2, 3].map((n) => put('replaced', `new ${n}`)))
  const [read] = await Promise.all([reading, writing])
  expect([8 * MIB, 5]).toContain(read.bytes.length)
  if (read.bytes.length > 5) expect(read.bytes.equals(first)).toBe(true)
})

test('leaves no file behind when objects are replaced, deleted or refused', async () => {
  const blobs = join(cloud.folder, 'data/blobs')
  const count = () =>
    readdirSync(blobs).reduce((sum, folder) => sum + readdirSync(join(blobs, folder)).length, 0)
  /** Orphaned files are deleted in the background: wait until their number is stable. */
  const settled = async () => {
    for (let last = -1; last !== count(); ) {
      last = count()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return count()
  }
  const before = await settled()
  for (let i = 0; i < 5; i++) await put('leak', `version ${i}`)
  await put('leak', 'x', { 'Content-MD5': createHash('md5').update('y').digest('base64') })
  const { id } = await upload('leak', [randomBytes(100)])
  await request({ method: 'DELETE', key: 'leak', query: { uploadId: id } })
  await request({ method: 'DELETE', key: 'leak' })
  expect(await settled()).toBe(before)
})

test('requires Content-MD5 of a multi-object deletion', async () => {
  const response = await request(
    { method: 'POST', query: { delete: '' } },
    '<Delete><Object><Key>a</Key></Object></Delete>',
  )
  expect([response.status, errorOf(response).code]).toEqual([400, 'InvalidRequest'])
})

test.each([
  ['not XML', 'nonsense', 'MalformedXML'],
  [
    'a document type',
    '<!DOCTYPE d [<!ENTITY a "aaaa">]><CompleteMultipartUpload>&a;</CompleteMultipartUpload>',
    'MalformedXML',
  ],
  ['another root', '<Delete/>', 'MalformedXML'],
  ['nothing', '', 'MissingRequestBodyError'],
])('refuses a completion that is %s', async (_, body, code) => {
  const { id } = await upload('xml', [randomBytes(10)])
  const response = await request({ method: 'POST', key: 'xml', query: { uploadId: id } }, body)
  expect([response.status, errorOf(response).code]).toEqual([400, code])
})

describe('CRC-64', () => {
  const crc = (bytes: Uint8Array) => new Crc64().update(bytes).decimal()

  test.each([
    ['123456789', '11051210869376104954'],
    ['[Object Content]', '16749565679157681890'],
    ['', '0'],
  ])('gives the published value of %j', (text, value) => {
    expect(crc(Buffer.from(text))).toBe(value)
  })

  test('does not depend on chunk sizes', () => {
    const bytes = randomBytes(1000)
    const cut = new Crc64()
      .update(bytes.subarray(0, 3))
      .update(bytes.subarray(3, 500))
      .update(bytes.subarray(500))
    expect(cut.decimal()).toBe(crc(bytes))
  })

  test.each([0, 1, 7, 8, 1000, 100_003])(
    'combines two pieces, the second of %d bytes',
    (length) => {
      const [a, b] = [randomBytes(1234), randomBytes(length)]
      expect(combineCrc64(crc(a), crc(b), length)).toBe(crc(Buffer.concat([a, b])))
    },
  )
})

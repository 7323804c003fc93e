import { createHash, randomBytes } from 'node:crypto'
import { closeSync, createReadStream, promises as fs, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { MIB } from '../support/fakePhone'
import { createTestPhone, type TestPhone } from '../support/phones'
import { ALICE, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()
let phone: TestPhone
let prefix: string

beforeAll(async () => {
  phone = createTestPhone(cloud, ALICE)
  prefix = (await phone.cos.caller()).prefix
})

async function checksum(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

/** A file of random bytes, written piece by piece. */
function writeRandom(path: string, size: number): void {
  const file = openSync(path, 'w')
  for (let left = size; left > 0; left -= 4 * MIB)
    writeSync(file, randomBytes(Math.min(left, 4 * MIB)))
  closeSync(file)
}

async function checksumOnCos(Key: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  for (let start = 0; start < size; start += 8 * MIB) {
    const Range = `bytes=${start}-${Math.min(start + 8 * MIB, size) - 1}`
    const { Body } = await phone.cos.getObject({ Key, Range, DataType: 'arraybuffer' })
    hash.update(new Uint8Array(Body as ArrayBuffer))
  }
  return hash.digest('hex')
}

test.each([
  ['0 bytes', 0],
  ['1 byte', 1],
  ['1 MiB', MIB],
  ['1 MiB and a byte', MIB + 1],
  ['25 MB', 25_000_000],
])('uploads and reads back %s unchanged', async (name, size) => {
  const path = join(cloud.folder, 'file')
  writeRandom(path, size)
  const Key = `${prefix}${name}`
  const { UploadId, ETag } = await phone.cos.uploadFile({ Key, FilePath: path })
  expect(ETag).toMatch(/^"[0-9a-f]{32}(-\d+)?"$/)
  expect(UploadId !== undefined).toBe(size > MIB)
  const head = await phone.cos.headObject({ Key })
  expect(head.headers['content-length']).toBe(String(size))
  expect(await checksumOnCos(Key, size)).toBe(await checksum(path))
})

test('uploads a small file by PUT instead of a form, with the same progress', async () => {
  const path = join(cloud.folder, 'by-put')
  writeRandom(path, 5000)
  const Key = `${prefix}by-put`
  const { cos } = createTestPhone(cloud, ALICE, {}, { SimpleUploadMethod: 'putObject' })
  const seen: number[] = []
  await cos.uploadFile({
    Key,
    FilePath: path,
    onProgress: ({ loaded, total }) => seen.push(loaded, total),
  })
  expect(seen.slice(0, 2)).toEqual([0, 5000])
  expect(seen.slice(-2)).toEqual([5000, 5000])
  expect(await checksumOnCos(Key, 5000)).toBe(await checksum(path))
})

test('uploads 300 MB with open and read in constant memory, and reads it back unchanged', async () => {
  const path = join(cloud.folder, 'large')
  const size = 300_000_000
  writeRandom(path, size)
  const Key = `${prefix}large.mp4`
  const steps: number[] = []
  let peak = 0
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 50)
  const before = process.memoryUsage().rss
  await phone.cos.uploadFile({
    Key,
    FilePath: path,
    ChunkSize: 4 * MIB,
    onProgress: ({ loaded }) => steps.push(loaded),
  })
  clearInterval(watch)
  expect(steps[0]).toBe(0)
  expect(steps.at(-1)).toBe(size)
  expect(steps).toEqual([...steps].sort((a, b) => a - b))
  // Client, cloud and test share this process; the file must not pass through it as a whole.
  expect(peak - before).toBeLessThan(250 * MIB)
  expect(await checksumOnCos(Key, size)).toBe(await checksum(path))
})

test.each([
  'a name with spaces.txt',
  'a+b.txt',
  '100%.txt',
  '100%25.txt',
  '照片 2024/海边.jpg',
  '😀🏖️.png',
  "it's (1)!*.txt",
  'q?a=b&c#d.txt',
])('keeps the name %s in the upload, the list, a signed URL and the download', async (name) => {
  const path = join(cloud.folder, 'named')
  await fs.writeFile(path, name)
  const Key = `${prefix}${name}`
  await phone.cos.uploadFile({ Key, FilePath: path })
  const { Contents } = await phone.cos.getBucket({ Prefix: Key })
  expect(Contents.map((one) => one.Key)).toContain(Key)
  expect((await phone.cos.getObject({ Key })).Body).toBe(name)
  const saved = await download(await phone.cos.getObjectUrl({ Key }))
  expect(await fs.readFile(saved, 'utf8')).toBe(name)
  await phone.cos.deleteObject({ Key })
  await expect(phone.cos.headObject({ Key })).rejects.toMatchObject({ statusCode: 404 })
})

function download(url: string): Promise<string> {
  const { wx, realPath } = phone.simulator
  return new Promise((resolve, reject) => {
    wx.downloadFile({
      url,
      success: ({ statusCode, tempFilePath }: { statusCode: number; tempFilePath: string }) =>
        statusCode === 200
          ? resolve(realPath(tempFilePath))
          : reject(new Error(String(statusCode))),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    })
  })
}

test('streams an object of 1 GB through COS without growing memory', async () => {
  const size = 1_000_000_000
  const piece = randomBytes(MIB)
  const Key = `${prefix}huge`
  const url = new URL(await phone.cos.getObjectUrl({ Key, Method: 'PUT' }))
  async function* pieces() {
    for (let left = size; left > 0; left -= piece.length)
      yield piece.subarray(0, Math.min(left, MIB))
  }
  const local = `${cloud.cos}${url.pathname}${url.search}`
  // The process that serves COS is this one: its growth is what counts.
  const before = process.memoryUsage().rss
  let peak = before
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss)
  }, 50)
  const { status } = await putStream(local, url.host, size, pieces())
  clearInterval(watch)
  expect(status).toBe(200)
  expect(peak - before).toBeLessThan(200 * MIB)
  const head = await phone.cos.headObject({ Key })
  expect(head.headers['content-length']).toBe(String(size))
  await phone.cos.deleteObject({ Key })
})

async function putStream(
  url: string,
  host: string,
  size: number,
  body: AsyncIterable<Uint8Array>,
): Promise<{ status: number }> {
  const { request } = await import('node:http')
  const { Readable } = await import('node:stream')
  const { pipeline } = await import('node:stream/promises')
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: 'PUT',
      headers: { Host: host, 'Content-Length': size },
    })
    sent.on('response', (response) => {
      response.resume()
      resolve({ status: response.statusCode ?? 0 })
    })
    sent.on('error', reject)
    pipeline(Readable.from(body), sent).catch(reject)
  })
}

/** In keys, what a policy or a signature may not be able to name. */
const CHARACTERS = ['*', '?', '%', '%41', '$', '${', '{', '}', '{openid}', '\\']

describe.each([
  ['a key for everything the caller may do', {}],
  ['scoped keys', { ScopeLimit: true }],
  ['signatures', { mode: 'signature' as const }],
])('%s', (_, options) => {
  test.each(CHARACTERS)(
    'either works for a key with %s, or says that this is the cause',
    async (text) => {
      const { cos } = createTestPhone(cloud, ALICE, {}, options)
      const { prefix } = await cos.caller()
      const Key = `${prefix}a${text}b.txt`
      const end = await cos.putObject({ Key, Body: text }).then(
        () => cos.getObject({ Key }).then(({ Body }) => ({ Body, message: '' })),
        ({ message, code }) => ({ message: `${code}: ${message}`, Body: '' }),
      )
      if (end.Body) expect(end.Body).toBe(text)
      else expect(end.message).toContain(`"${text}"`)
    },
  )
})

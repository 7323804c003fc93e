import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { loadModule } from '@miniprogram-cos/simulator'
import type { COS } from 'miniprogram-cos'
import { type SendSigned, signedRequests } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'
import {
  CLIENT_FILE,
  createKillablePhone,
  type KillablePhone,
  type Untyped,
} from '../support/phones'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

/** Downloads in ranges: what is requested, what is on the phone meanwhile, and what survives an interruption. */

const BYTES = randomBytes(9 * MIB + 5)
const OPTIONS = { ...ROOT_KEY, Bucket: BUCKET, Region: REGION, ProgressInterval: 0 }

const cloud = useTestCloud()
let signed: SendSigned
let ranges: string[]
let number = 0

beforeAll(async () => {
  signed = signedRequests(() => cloud)
})
beforeEach(() => {
  ranges = []
})

type Phone = KillablePhone & { cos: COS; FilePath: string }

/** Starts the app on a phone, which may have run it before. */
function start(
  name = `downloads-${++number}`,
  change: (wx: Untyped) => object = () => ({}),
): Phone {
  const phone = createKillablePhone(cloud, name)
  const wx = { ...phone.wx, ...change(phone.wx) }
  const cos = new (loadModule<typeof COS>(CLIENT_FILE, { wx }))(OPTIONS)
  cos.on('before-send', ({ headers }: Untyped) => ranges.push(headers.Range ?? 'whole'))
  return { ...phone, cos, FilePath: `${phone.wx.env.USER_DATA_PATH}/film.mp4` }
}

const put = (Key: string, bytes: Buffer, headers = {}) =>
  signed('PUT', Key, { body: bytes, headers })
const contentOf = ({ simulator, FilePath }: Phone) => readFileSync(simulator.realPath(FilePath))
const filesOf = ({ simulator }: Phone) => readdirSync(simulator.realPath('wxfile://usr'))
const storedBy = ({ simulator }: Phone) =>
  (simulator.wx.getStorageSync('miniprogram_cos_downloads') || []) as object[]

/** Bytes of the object that have arrived on the phone. */
function arrived({ simulator, FilePath }: Phone): number {
  const path = simulator.realPath(`${FilePath}.part`)
  return existsSync(path) ? readFileSync(path).length : 0
}

/** The ranges by which the rest of the object is fetched. The first ones are smaller: they do not end all at once. */
function rangesFrom(position: number): string[] {
  const wanted: string[] = []
  for (let start = position, i = 1; start < BYTES.length; i++) {
    const end = Math.min(start + Math.min(1, i / 4) * MIB, BYTES.length)
    wanted.push(`bytes=${start}-${end - 1}`)
    start = end
  }
  return wanted
}

test('fetches a large object in ranges and leaves nothing but the file', async () => {
  await put('film', BYTES, { 'Content-Type': 'video/mp4' })
  const phone = start()
  const seen: number[] = []
  const { FilePath } = phone
  const result = await phone.cos.downloadFile({
    Key: 'film',
    FilePath,
    onProgress: ({ loaded }) => seen.push(loaded),
  })
  expect(result).toMatchObject({ statusCode: 200, FilePath })
  expect(result.headers).toMatchObject({
    'content-type': 'video/mp4',
    'content-length': String(BYTES.length),
  })
  expect(result.headers['content-range']).toBeUndefined()
  expect(contentOf(phone).equals(BYTES)).toBe(true)
  expect([filesOf(phone), storedBy(phone)]).toEqual([['film.mp4'], []])
  expect(ranges).toEqual(['whole', ...rangesFrom(0)])
  expect(seen).toEqual([...seen].sort((a, b) => a - b))
  expect(seen.at(-1)).toBe(BYTES.length)
})

test.each<[string, Buffer, params: Untyped, headers: object]>([
  ['without a FilePath', BYTES, {}, {}],
  ['when it is small', BYTES.subarray(0, 100), { FilePath: true }, {}],
  ['when it is empty', Buffer.alloc(0), { FilePath: true }, {}],
  ['with a Range', BYTES, { FilePath: true, Range: 'bytes=0-5242879' }, {}],
  ['with a condition', BYTES, { FilePath: true, Headers: { 'If-Match': '*' } }, {}],
  ['that is stored compressed', BYTES, { FilePath: true }, { 'Content-Encoding': 'br' }],
])('fetches an object in one request %s', async (_, bytes, params, headers) => {
  await put('one', bytes, headers)
  const phone = start()
  const place = params.FilePath ? { FilePath: phone.FilePath } : {}
  const { FilePath } = await phone.cos.downloadFile({ Key: 'one', ...params, ...place })
  expect(ranges).toHaveLength(1)
  const wanted = params.Range ? bytes.subarray(0, 5 * MIB) : bytes
  expect(readFileSync(phone.simulator.realPath(FilePath)).equals(wanted)).toBe(true)
  expect(filesOf(phone)).toEqual(params.FilePath ? ['film.mp4'] : [])
})

test('resumes a paused download with what has arrived', async () => {
  await put('film', BYTES)
  const phone = start()
  const { FilePath } = phone
  phone.pass(4)
  let id = ''
  const done = phone.cos.downloadFile({
    Key: 'film',
    FilePath,
    AsyncLimit: 2,
    onTaskReady: (given) => {
      id = given
    },
  })
  await until(() => arrived(phone) === 2.5 * MIB, 'four parts')
  expect(phone.cos.getTaskList()).toMatchObject([
    { id, type: 'download', state: 'uploading', Key: 'film', FilePath, size: BYTES.length },
  ])
  expect(phone.cos.isUploadRunning()).toBe(false)
  phone.cos.pauseTask(id)
  phone.pass(1000)
  ranges = []
  void phone.cos.restartTask(id)
  await done
  expect(ranges).toEqual(rangesFrom(2.5 * MIB))
  expect(contentOf(phone).equals(BYTES)).toBe(true)
  expect(phone.cos.getTaskList()).toMatchObject([{ id, state: 'success', percent: 1 }])
})

test('a cancelled download rejects and leaves no file', async () => {
  await put('film', BYTES)
  const phone = start()
  phone.pass(4)
  let id = ''
  const done = phone.cos.downloadFile({
    Key: 'film',
    FilePath: phone.FilePath,
    onTaskReady: (given) => {
      id = given
    },
  })
  const failure = expect(done).rejects.toMatchObject({ code: 'KitAborted', kind: 'abort' })
  await until(() => arrived(phone) > 0, 'a part')
  phone.cos.cancelTask(id)
  await failure
  expect(filesOf(phone)).toEqual([])
  expect(storedBy(phone)).toEqual([])
})

test('resumes after a restart of the app', async () => {
  await put('film', BYTES)
  const first = start('ended')
  const { FilePath } = first
  first.pass(4)
  void first.cos.downloadFile({ Key: 'film', FilePath, AsyncLimit: 2 }).catch(() => {})
  await until(() => arrived(first) === 2.5 * MIB, 'four parts')
  first.kill()
  ranges = []
  const second = start('ended')
  await second.cos.downloadFile({ Key: 'film', FilePath })
  expect(ranges).toEqual(rangesFrom(2.5 * MIB))
  expect(contentOf(second).equals(BYTES)).toBe(true)
  expect(storedBy(second)).toEqual([])
})

test('starts from the beginning if the object has changed', async () => {
  await put('film', BYTES)
  const first = start('changed')
  const { FilePath } = first
  first.pass(4)
  void first.cos.downloadFile({ Key: 'film', FilePath, AsyncLimit: 2 }).catch(() => {})
  await until(() => arrived(first) === 2.5 * MIB, 'four parts')
  first.kill()
  const other = randomBytes(BYTES.length)
  await put('film', other)
  ranges = []
  const second = start('changed')
  await second.cos.downloadFile({ Key: 'film', FilePath })
  expect(contentOf(second).equals(other)).toBe(true)
  expect(ranges).toContain('whole')
})

test('verifies a complete file that only had to be renamed', async () => {
  await put('film', BYTES)
  const refusing = start('complete', (wx) => ({
    getFileSystemManager: () => ({
      ...wx.getFileSystemManager(),
      rename: ({ fail }: Untyped) => fail({ errMsg: 'rename:fail system error', errno: 1300201 }),
    }),
  }))
  const { FilePath } = refusing
  await expect(refusing.cos.downloadFile({ Key: 'film', FilePath })).rejects.toMatchObject({
    code: 'KitFileUnwritable',
  })
  ranges = []
  const phone = start('complete')
  await phone.cos.downloadFile({ Key: 'film', FilePath })
  expect(ranges).toEqual([`bytes=${BYTES.length - 1}-${BYTES.length - 1}`])
  expect(contentOf(phone).equals(BYTES)).toBe(true)
})

test.each([
  [
    'of its own files',
    'appendFile:fail the maximum size of the file storage limit is exceeded',
    1300202,
  ],
  ['of the phone', 'appendFile:fail No space left on device', undefined],
])('says so when the storage %s is full, and frees it', async (_, errMsg, errno) => {
  await put('film', BYTES)
  const phone = start(undefined, (wx) => ({
    getFileSystemManager: () => ({
      ...wx.getFileSystemManager(),
      appendFile: ({ fail }: Untyped) => fail({ errMsg, errno }),
    }),
  }))
  const { FilePath } = phone
  await expect(phone.cos.downloadFile({ Key: 'film', FilePath })).rejects.toMatchObject({
    code: 'KitStorageFull',
    kind: 'argument',
    message: `cannot write ${FilePath}.part: ${errMsg}`,
  })
  expect(filesOf(phone)).toEqual([])
  expect(storedBy(phone)).toEqual([])
})

test('rejects a file that was damaged on the phone', async () => {
  await put('film', BYTES)
  const phone = start(undefined, (wx) => ({
    getFileSystemManager: () => ({
      ...wx.getFileSystemManager(),
      appendFile(options: Untyped) {
        const data = new Uint8Array(options.data.byteLength)
        wx.getFileSystemManager().appendFile({ ...options, data: data.buffer })
      },
    }),
  }))
  const done = phone.cos.downloadFile({ Key: 'film', FilePath: phone.FilePath })
  await expect(done).rejects.toMatchObject({ code: 'KitDamagedDownload', kind: 'integrity' })
  expect(filesOf(phone)).toEqual([])
})

describe('where the platform reports no headers in time, or the server ignores ranges', () => {
  const withoutHeaders = (wx: Untyped) => ({
    request: (options: Untyped) => ({ ...wx.request(options), onHeadersReceived: undefined }),
    downloadFile: (options: Untyped) => ({
      ...wx.downloadFile(options),
      onHeadersReceived: undefined,
    }),
  })
  const withoutRange = (wx: Untyped) => ({
    request(options: Untyped) {
      // The signature covers the header, so the answer is changed instead of the request.
      const success = (result: Untyped) => options.success({ ...result, statusCode: 200 })
      return wx.request({ ...options, success })
    },
  })
  test.each([
    ['no headers', withoutHeaders],
    ['no ranges', withoutRange],
  ])('downloads and reads in one stream: %s', async (_, change) => {
    await put('film', BYTES)
    const phone = start(undefined, change)
    await phone.cos.downloadFile({ Key: 'film', FilePath: phone.FilePath })
    expect(contentOf(phone).equals(BYTES)).toBe(true)
    const { Body } = await phone.cos.getObject({ Key: 'film', DataType: 'arraybuffer' })
    expect(Buffer.from(Body as ArrayBuffer).equals(BYTES)).toBe(true)
    expect(filesOf(phone)).toEqual(['film.mp4'])
  })
})

test('getObject reads a large object in ranges, with the result of one request', async () => {
  await put('film', BYTES, { 'Content-Type': 'video/mp4' })
  const { cos } = start()
  const result = await cos.getObject({ Key: 'film', DataType: 'arraybuffer' })
  const head = await cos.headObject({ Key: 'film' })
  expect(ranges.filter((range) => range !== 'whole')).toEqual(rangesFrom(0))
  expect(Buffer.from(result.Body as ArrayBuffer).equals(BYTES)).toBe(true)
  expect(result).toMatchObject({ statusCode: 200, ETag: head.ETag })
  const { 'content-range': _, ...headers } = result.headers
  expect(Object.keys(headers)).toEqual(Object.keys(result.headers))
  expect(headers).toMatchObject({
    'content-length': String(BYTES.length),
    'content-type': 'video/mp4',
    'x-cos-hash-crc64ecma': head.headers['x-cos-hash-crc64ecma'],
  })
})

test('getObject reads more than 100 MiB as WeChat does, in one request', async () => {
  await put('film', BYTES)
  const { cos } = start(undefined, (wx) => ({
    request(options: Untyped) {
      const task = wx.request(options)
      const onHeadersReceived = (listener: (event: object) => void) =>
        task.onHeadersReceived(({ header, ...more }: Untyped) =>
          listener({ ...more, header: { ...header, 'content-length': `${100 * MIB + 1}` } }),
        )
      return { ...task, onHeadersReceived }
    },
  }))
  const { Body } = await cos.getObject({ Key: 'film', DataType: 'arraybuffer' })
  expect(Buffer.from(Body as ArrayBuffer).equals(BYTES)).toBe(true)
  expect(ranges).toEqual(['whole'])
})

describe('with VerifyDownload', () => {
  /** Phones without an MD5 of the system: nothing else would notice. */
  const damaging = (wx: Untyped) => {
    const files = wx.getFileSystemManager()
    const damaged = (data: ArrayBuffer) => {
      const bytes = new Uint8Array(data.slice(0))
      bytes[0] = ~(bytes[0] ?? 0)
      return bytes
    }
    return {
      request: (options: Untyped) =>
        wx.request({
          ...options,
          success: (result: Untyped) =>
            options.success(
              result.data.byteLength ? { ...result, data: damaged(result.data).buffer } : result,
            ),
        }),
      getFileSystemManager: () => ({
        ...files,
        getFileInfo: undefined,
        readFile: (options: Untyped) =>
          files.readFile({
            ...options,
            success: ({ data }: Untyped) => options.success({ data: damaged(data).buffer }),
          }),
      }),
    }
  }
  const ways: [
    name: string,
    size: number,
    read: (phone: Phone) => Promise<object>,
    code: string,
  ][] = [
    [
      'a file in ranges',
      BYTES.length,
      ({ cos, FilePath }) => cos.downloadFile({ Key: 'film', FilePath }),
      'KitDamagedDownload',
    ],
    [
      'a file in one stream',
      100,
      ({ cos }) => cos.downloadFile({ Key: 'film' }),
      'KitDamagedDownload',
    ],
    [
      'bytes in ranges',
      BYTES.length,
      ({ cos }) => cos.getObject({ Key: 'film', DataType: 'arraybuffer' }),
      'KitContentMismatch',
    ],
    [
      'bytes in one answer',
      100,
      ({ cos }) => cos.getObject({ Key: 'film', DataType: 'arraybuffer' }),
      'KitContentMismatch',
    ],
  ]
  test.each(ways)(
    'rejects content that was damaged in transit: %s',
    async (_, size, read, code) => {
      await put('film', BYTES.subarray(0, size))
      for (const VerifyDownload of [undefined, true]) {
        const sound = start()
        const changed = start(undefined, damaging)
        for (const { cos } of [sound, changed]) cos.options.VerifyDownload = VerifyDownload
        expect(await read(sound)).toMatchObject({ statusCode: 200 })
        const outcome = read(changed)
        if (VerifyDownload) await expect(outcome).rejects.toMatchObject({ code, kind: 'integrity' })
        else expect(await outcome).toMatchObject({ statusCode: 200 })
      }
    },
  )
})

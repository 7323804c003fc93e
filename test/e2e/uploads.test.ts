import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import type { COS, TaskInfo } from 'miniprogram-cos'
import { MIB } from '../support/fakePhone'
import { createTestPhone, loadOfficialClient, type TestPhone } from '../support/phones'
import { ALICE, BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

const FOLDER = `private/${ALICE}/`

let phone: TestPhone
let log: LogEntry[]
const cloud = useTestCloud({ onCosRequest: (entry) => log.push(entry) }, 'test')
beforeEach(() => {
  log = []
  phone = createTestPhone(cloud, ALICE, {}, { ProgressInterval: 0 })
})

/** A file on the phone. */
function fileOf(bytes: Uint8Array, name = 'file.bin'): string {
  const path = `${phone.simulator.wx.env.USER_DATA_PATH}/${name}`
  writeFileSync(phone.simulator.realPath(path), bytes)
  return path
}

const count = (operation: string) =>
  log.filter((entry) => entry.operation === operation && entry.status < 300).length
const slow = (bytesPerSecond = 2 * MIB) =>
  cloud.faults.set({
    rules: [{ operation: 'multipartUpload', action: { kind: 'bandwidth', bytesPerSecond } }],
  })
const quick = () => cloud.faults.set({ rules: [] })
/** Waits until so many parts have arrived. */
const arrived = (parts: number) =>
  until(() => count('multipartUpload') >= parts, `${parts} parts have arrived`)

async function md5OnServer(key: string): Promise<string> {
  const { Body } = await phone.cos.getObject({ Key: key, DataType: 'arraybuffer' })
  return createHash('md5')
    .update(new Uint8Array(Body as ArrayBuffer))
    .digest('hex')
}
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

/** Starts the app again on the same phone, with its storage and files. */
function restartApp(): COS {
  const again = createTestPhone(cloud, ALICE, {}, { ProgressInterval: 0 })
  phone = again
  return again.cos
}

test('a paused upload resumes where it stopped, and sends no part twice', async () => {
  const bytes = randomBytes(8 * MIB + 3)
  const Key = `${FOLDER}paused`
  slow()
  let id = ''
  const done = phone.cos.sliceUploadFile({
    Key,
    FilePath: fileOf(bytes),
    onTaskReady: (given) => {
      id = given
    },
  })
  await arrived(3)
  phone.cos.pauseTask(id)
  expect(phone.cos.getTaskList()[0]).toMatchObject({ id, state: 'paused', Key })
  expect(phone.cos.isUploadRunning()).toBe(false)
  // A part that has left the phone takes the slow server half a second.
  let before: number
  do {
    before = count('multipartUpload')
    await new Promise((resolve) => setTimeout(resolve, 1000))
  } while (count('multipartUpload') > before)
  quick()
  void phone.cos.restartTask(id)
  const { ETag } = await done
  expect(ETag).toMatch(/-9"$/)
  expect(await md5OnServer(Key)).toBe(md5(bytes))
  expect(count('multipartUpload')).toBe(9)
  expect(before).toBeLessThan(9)
  expect(count('multipartInit')).toBe(1)
  expect(phone.cos.getTaskList()[0]).toMatchObject({ state: 'success', percent: 1 })
})

test('a cancelled upload rejects, and leaves nothing on the server', async () => {
  slow()
  let id = ''
  const done = phone.cos.uploadFile({
    Key: `${FOLDER}cancelled`,
    FilePath: fileOf(randomBytes(6 * MIB)),
    onTaskReady: (given) => {
      id = given
    },
  })
  const failure = expect(done).rejects.toMatchObject({ code: 'KitAborted', kind: 'abort' })
  await arrived(1)
  phone.cos.cancelTask(id)
  await failure
  expect(phone.cos.getTaskList()[0]).toMatchObject({ id, state: 'canceled' })
  quick()
  const { Upload } = await phone.cos.multipartList({ Prefix: FOLDER })
  expect(Upload).toEqual([])
})

test('an upload interrupted by the end of the app resumes by content, from another path too', async () => {
  const bytes = randomBytes(6 * MIB + 1)
  const Key = `${FOLDER}restarted`
  cloud.faults.set({
    rules: [
      { operation: 'multipartUpload', nth: 4, action: { kind: 'error', code: 'AccessDenied' } },
    ],
  })
  // One at a time, so that no part is in flight when the app ends.
  const first = phone.cos.uploadFile({ Key, FilePath: fileOf(bytes), AsyncLimit: 1 })
  await expect(first).rejects.toMatchObject({ code: 'AccessDenied' })
  quick()
  const sent = count('multipartUpload')
  expect(sent).toBeGreaterThan(0)
  // What a newer version of the app will read: inner names are shortened when the client is built, these never.
  const { wx } = phone.simulator
  expect(wx.getStorageSync('miniprogram_cos_uploads')).toEqual([
    {
      Bucket: BUCKET,
      Region: REGION,
      Key,
      size: bytes.length,
      partSize: MIB,
      digest: expect.any(String),
      UploadId: expect.any(String),
      at: expect.any(Number),
    },
  ])
  const cos = restartApp()
  const loaded: number[] = []
  const hashed: object[] = []
  await cos.uploadFile({
    Key,
    FilePath: fileOf(bytes, 'moved.bin'),
    onProgress: (progress) => loaded.push(progress.loaded),
    onHashProgress: (progress) => hashed.push(progress),
  })
  expect(await md5OnServer(Key)).toBe(md5(bytes))
  expect(loaded[0]).toBeGreaterThan(0)
  const size = bytes.length
  expect(hashed).toEqual([{ loaded: size, total: size, percent: 1, speed: expect.any(Number) }])
  expect([count('multipartInit'), count('multipartUpload')]).toEqual([1, 7])
})

test('a file that changed in the meantime is uploaded again from the beginning', async () => {
  const [before, after] = [randomBytes(5 * MIB), randomBytes(5 * MIB)]
  const Key = `${FOLDER}changed`
  cloud.faults.set({
    rules: [
      { operation: 'multipartUpload', nth: 3, action: { kind: 'error', code: 'AccessDenied' } },
    ],
  })
  await expect(phone.cos.uploadFile({ Key, FilePath: fileOf(before) })).rejects.toThrow()
  quick()
  const cos = restartApp()
  await cos.uploadFile({ Key, FilePath: fileOf(after) })
  expect(await md5OnServer(Key)).toBe(md5(after))
  expect(count('multipartInit')).toBe(2)
})

test('an upload to a new key lists neither uploads nor parts', async () => {
  const onHashProgress = jest.fn()
  await phone.cos.uploadFile({
    Key: `${FOLDER}new`,
    FilePath: fileOf(randomBytes(3 * MIB)),
    onHashProgress,
  })
  expect(onHashProgress).not.toHaveBeenCalled()
  const operations = log.map(({ operation }) => operation)
  expect(operations).not.toContain('multipartList')
  expect(operations).not.toContain('multipartListPart')
})

test('resumes an upload that cos-wx-sdk-v5 began, after changing one import', async () => {
  const bytes = randomBytes(5 * MIB + 9)
  const Key = `${FOLDER}switched`
  const FilePath = fileOf(bytes)
  const { wx } = phone.simulator
  type Official = new (
    options: object,
  ) => {
    sliceUploadFile: (params: object, done: (error: unknown) => void) => void
  }
  const Client = loadOfficialClient<Official>(wx)
  const official = new Client({ ...ROOT_KEY, ChunkRetryTimes: 0, ChunkParallelLimit: 1 })
  cloud.faults.set({
    rules: [
      { operation: 'multipartUpload', nth: 4, action: { kind: 'error', code: 'AccessDenied' } },
    ],
  })
  await new Promise((resolve) =>
    official.sliceUploadFile({ Bucket: BUCKET, Region: REGION, Key, FilePath }, resolve),
  )
  quick()
  await until(() => Boolean(wx.getStorageSync('cos_sdk_upload_cache')), 'its cache is stored')
  expect(count('multipartUpload')).toBe(3)
  const cos = restartApp()
  const hashed: [number, number][] = []
  const shown: number[] = []
  cos.on('list-update', ({ list }: { list: TaskInfo[] }) => shown.push(list[0]?.hashPercent ?? 0))
  await cos.sliceUploadFile({
    Key,
    FilePath,
    onHashProgress: ({ loaded, total }) => hashed.push([loaded / MIB, total]),
  })
  expect(await md5OnServer(Key)).toBe(md5(bytes))
  // The three uploaded parts are compared one by one.
  expect(hashed).toEqual([1, 2, 3].map((parts) => [parts, bytes.length]))
  expect(Math.max(...shown)).toBe(Math.floor((3 * MIB * 100) / bytes.length) / 100)
  expect([count('multipartInit'), count('multipartUpload')]).toEqual([1, 6])
})

test('an upload waits while the app is in the background, and resumes when it is shown', async () => {
  phone = createTestPhone(cloud, ALICE, { backgroundGraceMs: 50 }, { ProgressInterval: 0 })
  const bytes = randomBytes(6 * MIB)
  const Key = `${FOLDER}hidden`
  slow()
  const done = phone.cos.uploadFile({ Key, FilePath: fileOf(bytes) })
  await arrived(1)
  phone.simulator.hide()
  await new Promise((resolve) => setTimeout(resolve, 400))
  quick()
  phone.simulator.show()
  await done
  expect(await md5OnServer(Key)).toBe(md5(bytes))
})

test('an upload succeeds despite a change of network', async () => {
  const bytes = randomBytes(5 * MIB)
  const Key = `${FOLDER}switched-network`
  slow()
  const done = phone.cos.uploadFile({ Key, FilePath: fileOf(bytes) })
  await arrived(1)
  phone.simulator.setNetworkType('none')
  await new Promise((resolve) => setTimeout(resolve, 200))
  quick()
  phone.simulator.setNetworkType('4g')
  await done
  expect(await md5OnServer(Key)).toBe(md5(bytes))
})

test('uploads files three at a time, and reports the outcome of each', async () => {
  const files = Array.from({ length: 8 }, (_, i) => ({
    Key: `${FOLDER}many/${i}`,
    FilePath: fileOf(randomBytes(1000 + i), `many-${i}`),
  }))
  files[5] = { Key: `${FOLDER}many/5`, FilePath: 'wxfile://usr/nothing' }
  const finished: number[] = []
  let last: { loaded: number; total: number } | undefined
  const { files: outcomes } = await phone.cos.uploadFiles({
    files,
    onProgress: (progress) => {
      last = progress
    },
    onFileFinish: (_, __, { Index }) => finished.push(Index),
  })
  expect(outcomes.map(({ error }) => error?.code)).toEqual(
    files.map((_, i) => (i === 5 ? 'KitFileUnreadable' : undefined)),
  )
  expect(outcomes.map(({ options }) => [options.Index, options.Key])).toEqual(
    files.map(({ Key }, i) => [i, Key]),
  )
  expect(finished.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  expect(last).toMatchObject({ loaded: 7 * 1000 + 23, total: 7 * 1000 + 23 })
})

test('sends at most eight parts of all uploads at a time', async () => {
  slow(4 * MIB)
  const uploads = Array.from({ length: 4 }, (_, i) =>
    phone.cos.uploadFile({
      Key: `${FOLDER}peak/${i}`,
      FilePath: fileOf(randomBytes(5 * MIB), `peak-${i}`),
      ChunkSize: MIB,
    }),
  )
  await Promise.all(uploads)
  expect(phone.simulator.peakRequests()).toBeLessThanOrEqual(9)
})

test('emits list-update with the official states and fields', async () => {
  const states = new Set<string>()
  phone.cos.on('list-update', ({ list }: { list: TaskInfo[] }) => {
    for (const { state } of list) states.add(state)
  })
  await phone.cos.uploadFile({ Key: `${FOLDER}listed`, FilePath: fileOf(randomBytes(3 * MIB)) })
  await until(() => states.has('success'), 'the success is reported')
  expect([...states]).toEqual(expect.arrayContaining(['uploading', 'success']))
  expect(Object.keys(phone.cos.getTaskList()[0] ?? {}).sort()).toEqual(
    [
      ...['Bucket', 'FilePath', 'Key', 'Region', 'hashPercent', 'id', 'loaded', 'percent'],
      ...['size', 'speed', 'state'],
    ].sort(),
  )
})

test('a failed task succeeds after a restart', async () => {
  const bytes = randomBytes(3 * MIB)
  const Key = `${FOLDER}failed`
  let id = ''
  cloud.faults.set({
    rules: [
      { operation: 'multipartUpload', times: 1, action: { kind: 'error', code: 'AccessDenied' } },
    ],
  })
  await expect(
    phone.cos.uploadFile({
      Key,
      FilePath: fileOf(bytes),
      onTaskReady: (given) => {
        id = given
      },
    }),
  ).rejects.toMatchObject({ code: 'AccessDenied' })
  expect(await phone.cos.restartTask(id)).toMatchObject({ statusCode: 200 })
  expect(phone.cos.getTaskList()[0]?.state).toBe('success')
  expect(await md5OnServer(Key)).toBe(md5(bytes))
})

test('multipart copies keep type, headers, metadata and storage class', async () => {
  const bytes = randomBytes(3 * MIB + 1)
  const cos = new phone.Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION })
  await cos.putObject({
    Key: 'source 中.bin',
    Body: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    ContentType: 'image/png',
    CacheControl: 'max-age=9',
    StorageClass: 'STANDARD_IA',
    'x-cos-meta-mark': 'kept',
  })
  const loaded: number[] = []
  await cos.sliceCopyFile({
    Key: 'copy.bin',
    CopySource: `${BUCKET}.cos.${REGION}.myqcloud.com/${encodeURIComponent('source 中.bin')}`,
    CopySliceSize: MIB,
    CopyChunkSize: MIB,
    onProgress: (progress) => loaded.push(progress.loaded),
  })
  const { headers } = await cos.headObject({ Key: 'copy.bin' })
  expect(headers).toMatchObject({
    'content-length': String(bytes.length),
    'content-type': 'image/png',
    'cache-control': 'max-age=9',
    'x-cos-storage-class': 'STANDARD_IA',
    'x-cos-meta-mark': 'kept',
  })
  expect(loaded.at(-1)).toBe(bytes.length)
  expect(count('uploadPartCopy')).toBe(4)
})

test('a multipart copy whose completion response was lost is reported as a success', async () => {
  const bytes = randomBytes(2 * MIB)
  const cos = new phone.Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION })
  await cos.putObject({ Key: 'source', Body: bytes.buffer.slice(0, bytes.length) as ArrayBuffer })
  cloud.faults.set({
    rules: [{ operation: 'multipartComplete', nth: 1, action: { kind: 'drop', when: 'after' } }],
  })
  const copied = await cos.sliceCopyFile({
    Key: 'copied',
    CopySource: `${BUCKET}.cos.${REGION}.myqcloud.com/source`,
    CopySliceSize: MIB,
    CopyChunkSize: MIB,
  })
  expect(copied).toMatchObject({
    ETag: expect.stringContaining('-2"'),
    Location: `${BUCKET}.cos.${REGION}.myqcloud.com/copied`,
  })
})

test('aborts one upload, all of a key, or all of the bucket', async () => {
  const cos = new phone.Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION })
  const begin = async (Key: string) => (await cos.multipartInit({ Key })).UploadId
  const first = await begin('a')
  for (const Key of ['a', 'a', 'a/b', 'ab', 'c']) await begin(Key)
  const one = await cos.abortUploadTask({ Level: 'task', Key: 'a', UploadId: first })
  expect(one.successList).toHaveLength(1)
  const file = await cos.abortUploadTask({ Level: 'file', Key: 'a', AsyncLimit: 2 })
  expect(file.successList.map(({ Key }) => Key)).toEqual(['a', 'a'])
  const all = await cos.abortUploadTask({ Level: 'bucket' })
  expect(all.successList.map(({ Key }) => Key).sort()).toEqual(['a/b', 'ab', 'c'])
  expect((await cos.multipartList({})).Upload).toEqual([])
})

test('downloads an object or a range of it, to a temporary file or a given path', async () => {
  const bytes = randomBytes(2 * MIB)
  const Key = `${FOLDER}down 中`
  await phone.cos.uploadFile({ Key, FilePath: fileOf(bytes) })
  const read = (path: string) => readFileSync(phone.simulator.realPath(path))
  const seen: number[] = []
  const whole = await phone.cos.downloadFile({ Key, onProgress: ({ loaded }) => seen.push(loaded) })
  expect(read(whole.FilePath).equals(bytes)).toBe(true)
  const FilePath = `${phone.simulator.wx.env.USER_DATA_PATH}/kept.bin`
  const part = await phone.cos.downloadFile({ Key, FilePath, Range: 'bytes=10-19' })
  expect([part.statusCode, part.FilePath]).toEqual([206, FilePath])
  expect(read(FilePath).equals(bytes.subarray(10, 20))).toBe(true)
  await expect(phone.cos.downloadFile({ Key: `${FOLDER}nothing` })).rejects.toMatchObject({
    statusCode: 404,
    code: 'NoSuchKey',
  })
})

import { writeFileSync } from 'node:fs'
import { loadModule } from '@miniprogram-cos/simulator'
import { MIB } from '../support/fakePhone'
import { CLIENT_FILE, createSimulatedPhone, type Untyped } from '../support/phones'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

/** WeChat runs ten requests of an app at a time; uploads leave two of them to pages. */

const AT = { Bucket: BUCKET, Region: REGION }

const cloud = useTestCloud()

/** A phone that counts what is under way in `wx`: all of it, and uploads alone. */
function start(name: string) {
  const { wx, realPath } = createSimulatedPhone(cloud, name, { wire: { roundTrip: 30 } } as never)
  const most = { all: 0, uploads: 0 }
  const running = { all: 0, uploads: 0 }
  const counted: Untyped = { ...wx }
  for (const method of ['request', 'uploadFile', 'downloadFile']) {
    counted[method] = (options: Untyped) => {
      const isUpload = method === 'uploadFile' || (options.data?.byteLength ?? 0) > 0
      const count = (step: number) => {
        running.all += step
        if (isUpload) running.uploads += step
        most.all = Math.max(most.all, running.all)
        most.uploads = Math.max(most.uploads, running.uploads)
      }
      count(1)
      return (wx as Untyped)[method]({
        ...options,
        success(result: object) {
          count(-1)
          options.success(result)
        },
        fail(failure: object) {
          count(-1)
          options.fail(failure)
        },
      })
    }
  }
  const Client = loadModule<new (options: object) => Untyped>(CLIENT_FILE, { wx: counted })
  const file = (bytes: number) => {
    const path = `${wx.env.USER_DATA_PATH}/${bytes}`
    writeFileSync(realPath(path), Buffer.alloc(bytes))
    return path
  }
  return { most, Client, file }
}

const many = <T>(count: number, run: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => run(i)))

test('runs at most 8 small uploads at a time, whatever FileParallelLimit is', async () => {
  const { most, Client, file } = start('small')
  const cos = new Client({ ...ROOT_KEY, FileParallelLimit: 32 })
  const FilePath = file(1000)
  await many(60, (i) => cos.uploadFile({ ...AT, Key: `small/${i}`, FilePath }))
  expect(most).toEqual({ all: 8, uploads: 8 })
})

test("runs more small uploads at a time with FileParallelLimit: 'auto' if that is faster", async () => {
  for (const [FileParallelLimit, uploads] of [
    [undefined, 3],
    ['auto', 8],
  ] as const) {
    const { most, Client, file } = start(`auto-${FileParallelLimit}`)
    const cos = new Client({ ...ROOT_KEY, FileParallelLimit })
    const FilePath = file(1000)
    await many(60, (i) => cos.uploadFile({ ...AT, Key: `auto/${i}`, FilePath }))
    expect(most.uploads).toBe(uploads)
  }
})

test.each([
  ['eight files of 1,000 bytes', 1000, 8],
  ['four of 1 MiB', MIB, 4],
])("FileParallelLimit: 'auto' begins with %s", async (_, bytes, uploads) => {
  const { most, Client, file } = start(`begin-${bytes}`)
  const cos = new Client({ ...ROOT_KEY, FileParallelLimit: 'auto' })
  const FilePath = file(bytes)
  await many(8, (i) => cos.uploadFile({ ...AT, Key: `begin/${i}`, FilePath }))
  expect(most.uploads).toBe(uploads)
})

test('runs at most 8 upload requests of small and multipart files, whatever SliceSize and ChunkParallelLimit are', async () => {
  const { most, Client, file } = start('mixed')
  const options = { FileParallelLimit: 20, ChunkParallelLimit: 16, SliceSize: 100_000 }
  const cos = new Client({ ...ROOT_KEY, ...options })
  const [small, large] = [file(1000), file(3 * MIB)]
  await many(24, (i) => cos.uploadFile({ ...AT, Key: `m/${i}`, FilePath: i % 2 ? small : large }))
  expect(most.uploads).toBe(8)
  expect(most.all).toBeLessThanOrEqual(10)
})

test('all clients of an app share the limit of 10 requests', async () => {
  const { most, Client, file } = start('several')
  const clients = [1, 2, 3].map(() => new Client({ ...ROOT_KEY, FileParallelLimit: 10 }))
  const FilePath = file(1000)
  await Promise.all(
    clients.flatMap((cos, n) => [
      many(20, (i) => cos.uploadFile({ ...AT, Key: `s${n}/${i}`, FilePath })),
      many(20, () => cos.getBucket(AT)),
      many(20, () => cos.downloadFile({ ...AT, Key: 'small/0' })),
    ]),
  )
  expect(most.all).toBe(10)
  expect(most.uploads).toBeLessThanOrEqual(8)
})

test('a queued call that is aborted rejects immediately and is never sent', async () => {
  const { most, Client } = start('aborted')
  const cos = new Client(ROOT_KEY)
  const listeners: (() => void)[] = []
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
    removeEventListener() {},
  }
  const others = many(10, () => cos.headBucket(AT))
  await new Promise((resolve) => setTimeout(resolve, 5))
  let sent = 0
  cos.on('before-send', () => sent++)
  const waiting = cos.headObject({ ...AT, Key: 'k', signal })
  await new Promise((resolve) => setTimeout(resolve, 5))
  signal.aborted = true
  for (const listener of listeners) listener()
  await expect(waiting).rejects.toMatchObject({ code: 'KitAborted' })
  await others
  expect(most.all).toBe(10)
})

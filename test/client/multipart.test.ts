import { COS } from 'miniprogram-cos'
import { beginUpload, defect, endOf, outcomeOf, startClient } from '../support/bothClients'
import { AT, createFakePhone, DENIED, DROP, GONE, MIB } from '../support/fakePhone'
import {
  type CannedAnswer,
  createRecordingWx,
  headerOf,
  KEY,
  type RecordedRequest,
  setWx,
} from '../support/recordingWx'

const SIZE = 3 * MIB + 5
const OBJECT = { ...AT, Key: 'k' }

afterEach(() => {
  setWx()
  jest.useRealTimers()
})

const stepOf = ({ method, url }: RecordedRequest): string => {
  const query = String(url).split('?')[1] ?? ''
  if (query === 'uploads') return 'init'
  if (query.startsWith('partNumber=')) return `part ${/partNumber=(\d+)/.exec(query)?.[1]}`
  return method === 'DELETE' ? 'abort' : method === 'HEAD' ? 'head' : 'complete'
}

/** Simulates COS for a multipart upload; `fail` can replace the response to a step. */
function install(
  fail: (step: string, count: number) => CannedAnswer | undefined = () => undefined,
) {
  const counts = new Map<string, number>()
  const steps: string[] = []
  const recorded = createRecordingWx(
    (request) => {
      const step = stepOf(request)
      steps.push(step)
      counts.set(step, (counts.get(step) ?? 0) + 1)
      const failure = fail(step, counts.get(step) ?? 1)
      if (failure) return failure
      if (step === 'init')
        return {
          statusCode: 200,
          data: '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
        }
      if (step === 'complete')
        return {
          statusCode: 200,
          data: '<CompleteMultipartUploadResult><ETag>&quot;e-4&quot;</ETag></CompleteMultipartUploadResult>',
        }
      if (step === 'head')
        return { statusCode: 200, header: { ETag: '"e-4"', 'Content-Length': String(SIZE) } }
      return { statusCode: step === 'abort' ? 204 : 200, header: { ETag: `"${step}"` } }
    },
    { f: new Uint8Array(SIZE) },
  )
  setWx(recorded.wx)
  return { steps, requests: recorded.requests }
}

const cosOf = (options: object = {}) =>
  new COS({
    SecretId: 'id',
    SecretKey: 'key',
    ChunkParallelLimit: 1,
    ProgressInterval: 0,
    ...options,
  })

test('initiates, uploads each part once, and completes with the ETags in order', async () => {
  const { steps, requests } = install()
  const loaded: number[] = []
  const result = await cosOf().uploadFile({
    ...OBJECT,
    FilePath: 'f',
    onProgress: (p) => loaded.push(p.loaded),
  })
  expect(steps).toEqual(['init', 'part 1', 'part 2', 'part 3', 'part 4', 'complete'])
  expect(result).toMatchObject({ ETag: '"e-4"', UploadId: 'u' })
  expect(loaded).toEqual([0, MIB, 2 * MIB, 3 * MIB, SIZE])
  expect(String(requests.at(-1)?.data)).toContain(
    '<PartNumber>4</PartNumber><ETag>&quot;part 4&quot;</ETag>',
  )
})

test('reports a part that arrives within ProgressInterval, even if the next part never ends', async () => {
  install((step) => (step === 'part 2' ? { statusCode: 0, hangs: true } : undefined))
  const controller = new AbortController()
  const loaded: number[] = []
  const upload = cosOf({ ProgressInterval: 20 }).uploadFile({
    ...OBJECT,
    FilePath: 'f',
    signal: controller.signal,
    onProgress: (progress) => {
      loaded.push(progress.loaded)
      if (progress.loaded === MIB) controller.abort()
    },
  })
  await expect(upload).rejects.toMatchObject({ kind: 'abort' })
  expect(loaded).toEqual([0, MIB])
})

test('reports no progress after a failure', async () => {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
  install((step) => (step === 'part 2' ? DENIED : undefined))
  const loaded: number[] = []
  const upload = cosOf({ ProgressInterval: 20 }).uploadFile({
    ...OBJECT,
    FilePath: 'f',
    onProgress: (progress) => loaded.push(progress.loaded),
  })
  expect(await outcomeOf(upload)).toMatchObject({ error: { code: 'AccessDenied' } })
  await jest.advanceTimersByTimeAsync(1000)
  expect(loaded).toEqual([0])
})

test('keeps only the parts in memory that are being sent', async () => {
  let reading = 0
  let peak = 0
  const { requests } = install((step) => {
    if (step.startsWith('part')) reading--
    return undefined
  })
  const wx = (
    globalThis as unknown as {
      wx: { getFileSystemManager: () => { readFile: (o: object) => void } }
    }
  ).wx
  const fs = wx.getFileSystemManager()
  wx.getFileSystemManager = () => ({
    ...fs,
    readFile: (options) => {
      peak = Math.max(peak, ++reading)
      fs.readFile(options)
    },
  })
  await cosOf({ ChunkParallelLimit: 2 }).uploadFile({ ...OBJECT, FilePath: 'f' })
  expect(peak).toBeLessThanOrEqual(2)
  expect(requests.length).toBe(6)
})

test.each<[string, object, object, number, number]>([
  ['three parts at a time by default', { ChunkParallelLimit: undefined }, {}, 3, 3],
  ['AsyncLimit of the call', {}, { AsyncLimit: 2 }, 2, 2],
  ['auto: starts with four, up to eight', { ChunkParallelLimit: 'auto' }, {}, 4, 8],
  ['auto for one call', { ChunkParallelLimit: 1 }, { AsyncLimit: 'auto' }, 4, 8],
])('sends %s', async (_, options, params, least, most) => {
  const answer = (request: RecordedRequest): CannedAnswer => {
    const isInit = String(request.url).endsWith('?uploads')
    const isPart = String(request.url).includes('partNumber=')
    const root = isInit ? 'InitiateMultipartUploadResult' : 'CompleteMultipartUploadResult'
    const data = isPart ? '' : `<${root}><UploadId>u</UploadId><ETag>e</ETag></${root}>`
    return { statusCode: 200, header: { ETag: '"e"' }, data, delay: isPart ? 2 : 1 }
  }
  const { wx, requests } = createRecordingWx(answer, { f: new Uint8Array(20 * MIB) })
  const plain = wx as { request: (options: Record<string, unknown>) => object }
  let running = 0
  let peak = 0
  const request = (given: { success: (result: object) => void }) => {
    peak = Math.max(peak, ++running)
    const success = (result: object) => {
      running--
      given.success(result)
    }
    return plain.request({ ...given, success })
  }
  setWx({ ...wx, request })
  await cosOf(options).uploadFile({ ...OBJECT, ...params, FilePath: 'f' })
  expect(requests.length).toBe(22)
  expect(peak).toBeGreaterThanOrEqual(least)
  expect(peak).toBeLessThanOrEqual(most)
})

test('rejects any other text as ChunkParallelLimit', () => {
  expect(() => cosOf({ ChunkParallelLimit: 'fast' })).toThrow('ChunkParallelLimit')
})

test('retries a part after a dropped connection; aborts the upload if COS refuses a part', async () => {
  const dropped = install((step, count) => (step === 'part 2' && count === 1 ? DROP : undefined))
  await cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })
  expect(dropped.steps.filter((step) => step === 'part 2').length).toBe(2)
  const refused = install((step) => (step === 'part 2' ? DENIED : undefined))
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    code: 'AccessDenied',
  })
  expect(refused.steps).toEqual(['init', 'part 1', 'part 2', 'abort'])
})

test('rejects a response without UploadId, and sends neither parts nor an abort', async () => {
  const { steps } = install((step) =>
    step === 'init'
      ? { statusCode: 200, data: '<InitiateMultipartUploadResult></InitiateMultipartUploadResult>' }
      : undefined,
  )
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    kind: 'integrity',
    code: 'KitNoUploadId',
  })
  expect(steps).toEqual(['init'])
})

test('rejects a part response without ETag', async () => {
  install((step) => (step === 'part 1' ? { statusCode: 200 } : undefined))
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    code: 'KitNoETag',
  })
})

test.each([
  ['lost', DROP],
  ['cut off', { statusCode: 200, data: '<CompleteMultipartUploadResult><ETag>' }],
  ['an error of the server', { statusCode: 500 }],
])('recognises a successful completion whose response was %s', async (_, answer) => {
  const { steps } = install((step, count) =>
    step === 'complete' ? (count === 1 ? answer : GONE) : undefined,
  )
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).resolves.toMatchObject({
    ETag: '"e-4"',
    UploadId: 'u',
  })
  expect(steps.slice(-3)).toEqual(['complete', 'complete', 'head'])
})

test.each([
  ['older than the upload', '12:00:00', '11:59:00'],
  ['as old as its completion', '12:00:00', '11:59:59'],
])('after a lost response, the age of the object decides: %s', async (age, now, written) => {
  const header = {
    ETag: '"e-4"',
    'Content-Length': String(SIZE),
    Date: `Mon, 23 Nov 2026 ${now} GMT`,
    'Last-Modified': `Mon, 23 Nov 2026 ${written} GMT`,
  }
  install((step, count) => {
    if (step === 'complete') return count === 1 ? DROP : GONE
    return step === 'head' ? { statusCode: 200, header } : undefined
  })
  const ended = await cosOf()
    .uploadFile({ ...OBJECT, FilePath: 'f' })
    .catch((error) => error.code)
  expect(ended).toEqual(
    age.startsWith('older') ? 'NoSuchUpload' : expect.objectContaining({ ETag: '"e-4"' }),
  )
})

test('NoSuchUpload without a lost response is not a success', async () => {
  const { steps } = install((step) => (step === 'complete' ? GONE : undefined))
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    code: 'NoSuchUpload',
  })
  expect(steps).not.toContain('head')
})

test('an aborted upload rejects, removes its parts from the server, and removes its listeners', async () => {
  const { steps } = install((step) =>
    step === 'part 2' ? { statusCode: 0, hangs: true } : undefined,
  )
  const controller = new AbortController()
  const added = jest.spyOn(controller.signal, 'addEventListener')
  const removed = jest.spyOn(controller.signal, 'removeEventListener')
  const upload = cosOf().uploadFile({ ...OBJECT, FilePath: 'f', signal: controller.signal })
  setTimeout(() => controller.abort(), 10)
  await expect(upload).rejects.toMatchObject({ kind: 'abort' })
  expect(steps.at(-1)).toBe('abort')
  expect(removed.mock.calls.length).toBe(added.mock.calls.length)
})

test('aborts the upload if the file cannot be read or becomes shorter', async () => {
  const unreadable = install()
  const wx = (
    globalThis as unknown as {
      wx: { getFileSystemManager: () => { readFile: (o: object) => void } }
    }
  ).wx
  const fs = wx.getFileSystemManager()
  const reads = (
    fail: (options: {
      position: number
      success: (r: object) => void
      fail: (f: object) => void
    }) => boolean,
  ) => {
    wx.getFileSystemManager = () => ({
      ...fs,
      readFile: (options) => {
        if (!fail(options as never)) fs.readFile(options)
      },
    })
  }
  reads(({ position, fail }) => {
    if (position !== MIB) return false
    fail({ errMsg: 'readFile:fail disk' })
    return true
  })
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    code: 'KitFileUnreadable',
  })
  expect(unreadable.steps.at(-1)).toBe('abort')
  reads(({ position, success }) => {
    if (position !== MIB) return false
    success({ data: new ArrayBuffer(3) })
    return true
  })
  await expect(cosOf().uploadFile({ ...OBJECT, FilePath: 'f' })).rejects.toMatchObject({
    code: 'KitFileChanged',
  })
})

test('with UploadCheckContentMd5 the parts are those of the recorded sequence of cos-wx-sdk-v5', async () => {
  const { requests } = install()
  await cosOf({ UploadCheckContentMd5: true }).uploadFile({ ...OBJECT, FilePath: 'f' })
  const parts = requests.filter((request) => stepOf(request).startsWith('part'))
  expect(
    parts.slice(0, 3).map(({ header }) => (header as Record<string, string>)['Content-MD5']),
  ).toEqual(Array(3).fill('ttgbNgpWctgMJ0MPORU+LA=='))
})

const parts = (steps: string[]) => steps.filter((step) => step.startsWith('part'))
const FILE = { f: new Uint8Array(4 * MIB) }

defect(
  9,
  'rejects if the file cannot be read',
  async (launch) => {
    const phone = startClient(launch, { isUnreadable: true })
    const { done } = beginUpload(phone)
    return { end: await endOf(done), state: phone.cos.getTaskList()[0]?.state }
  },
  {
    right: { end: 'rejects', state: 'error' },
    wrong: { end: 'never settles', state: 'uploading' },
  },
)

defect(
  13,
  'sends traffic limit, MIME limit and SSE-C key with every part, as params or headers',
  async (launch) => {
    const names = ['x-cos-traffic-limit', 'x-cos-mime-limit', SSE('algorithm'), SSE('key')]
    const given = {
      TrafficLimit: 819200,
      Headers: { 'x-cos-mime-limit': 'image/*' },
      SSECustomerAlgorithm: 'AES256',
      SSECustomerKey: 'c',
    }
    const phone = startClient(launch)
    await endOf(beginUpload(phone, 'sliceUploadFile', { ...OBJECT, FilePath: 'f', ...given }).done)
    const part = phone.requests.find(({ url }) => String(url).includes('partNumber=1'))
    return names.map((name) => headerOf(part, name))
  },
  { right: [819200, 'image/*', 'AES256', 'c'], wrong: Array(4).fill(undefined) },
)

function SSE(name: string) {
  return `x-cos-server-side-encryption-customer-${name}`
}

defect(
  40,
  'uploads in parts on base libraries from 2.10, without getAppBaseInfo too',
  async (launch) => {
    const phone = createFakePhone({ files: FILE, sdkVersion: '2.14.0' })
    delete phone.wx.getAppBaseInfo
    phone.wx.canIUse = (name: string) => name in phone.wx
    const COS = launch(phone.wx)
    await endOf(beginUpload({ cos: new COS(KEY) }).done)
    return parts(phone.steps).length
  },
  { right: 4, wrong: 0 },
)

defect(
  45,
  'aborts the other parts when one is refused',
  async (launch) => {
    const phone = startClient(
      launch,
      {
        answer: (step) => {
          if (step === 'part 1') return { ...DENIED, delay: 20 }
          return step.startsWith('part') ? { statusCode: 0, hangs: true } : undefined
        },
      },
      { ChunkParallelLimit: 3 },
    )
    const end = await endOf(beginUpload(phone).done)
    return { end, ended: phone.requests.filter(({ isAborted }) => isAborted).length }
  },
  { right: { end: 'rejects', ended: 2 }, wrong: { end: 'rejects', ended: 0 } },
)

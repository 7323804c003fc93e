import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import {
  beginUpload,
  defect,
  endOf,
  outcomeOf,
  startClient,
  useFakeClock,
} from '../support/bothClients'
import { AT, createFakePhone, DENIED, type PhoneOptions } from '../support/fakePhone'
import { CLIENT_FILE, loadOfficialClient, type Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'
import { ROOT } from '../support/root'

describe('the cost of each queued upload', () => {
  const child = `${ROOT}/scripts/bench/phoneProcess.js`
  const growthOf = async (measurement: string, flags: string[]): Promise<number> => {
    const args = ['--expose-gc', '--no-warnings', ...flags, child, CLIENT_FILE, measurement]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return JSON.parse(stdout).growth
  }

  /** Other processes can only slow a run down, so the fastest of up to three runs counts. */
  const leastGrowthOf = async (measurement: string, flags: string[]): Promise<number> => {
    let growth = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3 && growth > 1.2; round++) {
      growth = Math.min(growth, await growthOf(measurement, flags))
    }
    return growth
  }

  const clients: [name: string, measurement: string, flags: string[]][] = [
    ['with JIT', 'queue', []],
    ['without JIT, as on iOS', 'queue', ['--jitless']],
    ['with a listener to list-update', 'queueListened', []],
  ]
  // The processes mostly wait, and measure their CPU time: they run at the same time.
  const growths = new Map<string, Promise<number>>()
  beforeAll(() => {
    for (const [name, measurement, flags] of clients) {
      const growth = leastGrowthOf(measurement, flags)
      growth.catch(() => {})
      growths.set(name, growth)
    }
  })

  test.each(clients)('grows by at most a fifth from 1,000 to 10,000: %s', async (name) => {
    expect(await growths.get(name)).toBeLessThanOrEqual(1.2)
  })
})

describe('the list of tasks', () => {
  useFakeClock()

  const start = (count: number, options: object = {}) => {
    const files = { f: new Uint8Array(1) }
    const phone = createFakePhone({ files, delay: 10 })
    setWx(phone.wx)
    const cos = new COS({ ...KEY, ...options })
    const upload = (Key: string) => cos.uploadFile({ ...AT, Key, FilePath: 'f' })
    const all = Array.from({ length: count }, (_, i) => upload(`${i}`))
    return { cos, upload, all: Promise.all(all), ...phone }
  }

  test('is complete in every event, and contains the final state of every task', async () => {
    const { cos, upload } = start(0)
    const lists: string[][] = []
    cos.on('list-update', ({ list }: { list: { state: string }[] }) => {
      lists.push(list.map(({ state }) => state))
    })
    await outcomeOf(Promise.all(Array.from({ length: 120 }, (_, i) => upload(`${i}`))))
    await jest.advanceTimersByTimeAsync(1000)
    expect(lists.every(({ length }) => length === 120)).toBe(true)
    expect(lists.at(-1)).toEqual(Array(120).fill('success'))
  })

  test('a restarted upload returns to its place in the queue', async () => {
    const { cos, all, requests } = start(5, { FileParallelLimit: 1 })
    const [, second, third] = cos.getTaskList().map(({ id }) => id)
    cos.pauseTask(third as string)
    cos.pauseTask(second as string)
    cos.restartTask(third as string)
    cos.restartTask(second as string)
    await outcomeOf(all)
    const keys = requests.map(({ formData }) => (formData as { key: string }).key)
    expect(keys).toEqual(['0', '1', '2', '3', '4'])
  })
})

/** Callbacks and promises of an upload that COS refuses and that succeeds when restarted. */
describe('a restarted upload', () => {
  const FILE = { ...AT, Key: 'k', FilePath: 'f', Body: 'x' }
  const OPTIONS = { ...KEY, ChunkRetryTimes: 0, UploadQueueSize: 10 }

  useFakeClock()

  /** Refuses the content of so many uploads. */
  function refusing(times: number): PhoneOptions {
    let left = times
    return {
      files: { f: new Uint8Array(3) },
      answer: (step) => (/^(?:form|put|part 1)$/.test(step) && left-- > 0 ? DENIED : undefined),
    }
  }

  function ours(times: number): Untyped {
    setWx(createFakePhone(refusing(times)).wx)
    return new COS(OPTIONS)
  }

  function official(times: number): Untyped {
    const Client = loadOfficialClient<new (options: object) => Untyped>(
      createFakePhone(refusing(times)).wx,
    )
    return new Client(OPTIONS)
  }

  const CLIENTS: [string, (times: number) => Untyped][] = [
    ['ours', ours],
    ['cos-wx-sdk-v5', official],
  ]

  const awhile = () => jest.advanceTimersByTimeAsync(10_000)

  describe.each(CLIENTS)('with %s', (_, start) => {
    test.each(['putObject', 'postObject', 'sliceUploadFile', 'uploadFile'])(
      'calls the callback of %s after every attempt',
      async (method) => {
        const cos = start(1)
        const ends: string[] = []
        cos[method](FILE, (error: unknown) => ends.push(error ? 'failed' : 'succeeded'))
        await awhile()
        expect(ends).toEqual(['failed'])
        cos.restartTask(cos.getTaskList()[0].id)
        await awhile()
        expect(ends).toEqual(['failed', 'succeeded'])
      },
    )

    test.each(['uploadFile', 'uploadFiles'])(
      'calls onFileFinish of %s after every attempt, with the task',
      async (method) => {
        const cos = start(1)
        const ends: unknown[] = []
        const onFileFinish = (error: unknown, data: Untyped | undefined, info: Untyped) =>
          ends.push([error ? 'failed' : data?.statusCode, info.TaskId, info.Key, info.FilePath])
        const params = method === 'uploadFile' ? FILE : { files: [FILE] }
        cos[method]({ ...params, onFileFinish }, () => {})
        await awhile()
        const [{ id }] = cos.getTaskList()
        cos.restartTask(id)
        await awhile()
        expect(ends).toEqual([
          ['failed', id, 'k', 'f'],
          [200, id, 'k', 'f'],
        ])
      },
    )
  })

  describe('restartTask', () => {
    const failed = async (times: number) => {
      const cos = ours(times)
      const first = cos.uploadFile(FILE).catch((error: Untyped) => error.code)
      await awhile()
      expect(await first).toBe('AccessDenied')
      return { cos, id: cos.getTaskList()[0].id as string }
    }

    test('returns a promise of the next attempt after the call has rejected', async () => {
      const { cos, id } = await failed(1)
      const again = cos.restartTask(id)
      await awhile()
      expect(await again).toMatchObject({ statusCode: 200 })
      expect(cos.getTaskList()[0]).toMatchObject({ state: 'success' })
      expect(cos.getTaskList()[0].error).toBeUndefined()
    })

    test('returns a promise that can reject; ignoring it causes no unhandled rejection', async () => {
      const { cos, id } = await failed(3)
      const again = cos.restartTask(id).catch((error: Untyped) => error.code)
      await awhile()
      expect(await again).toBe('AccessDenied')
      // Jest fails a test with an unhandled rejection.
      cos.restartTask(id)
      await awhile()
      expect(cos.getTaskList()[0]).toMatchObject({ state: 'error' })
    })

    test('returns a promise that rejects when the attempt is cancelled', async () => {
      const { cos, id } = await failed(1)
      const again = cos.restartTask(id).catch((error: Untyped) => error.code)
      cos.cancelTask(id)
      await awhile()
      expect(await again).toBe('KitAborted')
    })

    test('returns a promise that settles like the call if the upload was paused', async () => {
      const cos = ours(0)
      const call = cos.uploadFile(FILE)
      const [{ id }] = cos.getTaskList()
      cos.pauseTask(id)
      await awhile()
      const again = cos.restartTask(id)
      await awhile()
      expect(await again).toEqual(await call)
    })

    test('returns undefined for a finished or unknown task', async () => {
      const cos = ours(0)
      const call = cos.uploadFile(FILE)
      await awhile()
      await call
      expect(cos.restartTask(cos.getTaskList()[0].id)).toBeUndefined()
      expect(cos.restartTask('none')).toBeUndefined()
    })
  })
})

const parts = (steps: string[]) => steps.filter((step) => step.startsWith('part'))
const countOf = (steps: string[], step: string) => steps.filter((one) => one === step).length

defect(
  5,
  'pausing and restarting at once sends each part at most twice, and completes once',
  async (launch) => {
    const phone = startClient(launch, { delay: 50 }, { ChunkParallelLimit: 3 })
    const { done, id } = beginUpload(phone)
    await jest.advanceTimersByTimeAsync(130)
    phone.cos.pauseTask(id())
    phone.cos.restartTask(id())
    const end = await endOf(done)
    const { steps } = phone
    const most = Math.max(...parts(steps).map((step) => countOf(steps, step)))
    return { end, isOnceAgain: most <= 2, completions: countOf(steps, 'complete') }
  },
  {
    right: { end: 'resolves', isOnceAgain: true, completions: 1 },
    wrong: { end: 'rejects', isOnceAgain: false, completions: 4 },
  },
)

defect(
  6,
  'cancelTask rejects the promise and aborts the upload on the server',
  async (launch) => {
    const phone = startClient(launch, { delay: 50 })
    const { done, id } = beginUpload(phone)
    await jest.advanceTimersByTimeAsync(180)
    phone.cos.cancelTask(id())
    return { end: await endOf(done), isFreed: phone.steps.includes('abort') }
  },
  { right: { end: 'rejects', isFreed: true }, wrong: { end: 'never settles', isFreed: false } },
)

defect(
  20,
  'queued files are not in memory',
  async (launch) => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 20; i++) files[`f${i}`] = new Uint8Array(1000)
    const readBeforeFirst: number[] = []
    const phone = startClient(
      launch,
      {
        files,
        delay: 10,
        answer: () => void readBeforeFirst.push(phone.reads()),
      },
      { SimpleUploadMethod: 'putObject' },
    )
    const list = Object.keys(files).map((name) => ({ ...AT, Key: name, FilePath: name }))
    await endOf(phone.cos.uploadFiles({ files: list }))
    await jest.advanceTimersByTimeAsync(1000)
    return { sent: phone.requests.length, isFew: (readBeforeFirst[0] ?? 99) <= 3 }
  },
  { right: { sent: 20, isFew: true }, wrong: { sent: 20, isFew: false } },
)

defect(
  21,
  'restartTask works after the task list was trimmed',
  async (launch) => {
    let isBroken = true
    const files = { a: new Uint8Array(1), b: new Uint8Array(1), c: new Uint8Array(1) }
    const phone = startClient(
      launch,
      {
        files,
        answer: (_, __, { filePath }) => (isBroken && filePath === 'c' ? DENIED : undefined),
      },
      { UploadQueueSize: 1 },
    )
    const tasks = Object.keys(files).map((name) =>
      beginUpload(phone, 'uploadFile', { ...AT, Key: name, FilePath: name }),
    )
    await endOf(Promise.allSettled(tasks.map(({ done }) => done)))
    isBroken = false
    const id = tasks[2]?.id() ?? ''
    phone.cos.restartTask(id)
    await jest.advanceTimersByTimeAsync(5000)
    return phone.cos.getTaskList().map(({ Key, state }: Untyped) => `${Key} ${state}`)
  },
  { right: ['c success'], wrong: ['c waiting'] },
)

defect(
  44,
  'does not copy the task list without a listener',
  async (launch) => {
    const timers = jest.spyOn(globalThis, 'setTimeout')
    const isListMade = () => timers.mock.calls.some(([run]) => /\blist\b/.test(String(run)))
    const phone = startClient(launch)
    await endOf(beginUpload(phone).done)
    const without = isListMade()
    phone.cos.on('list-update', () => {})
    await endOf(beginUpload(phone).done)
    return { without, withListener: isListMade() }
  },
  {
    right: { without: false, withListener: true },
    wrong: { without: true, withListener: true },
  },
)

defect(
  7,
  'uploadFiles without files rejects',
  async (launch) => endOf(startClient(launch).cos.uploadFiles({})),
  { right: 'rejects', wrong: 'never settles' },
)

defect(
  19,
  'uploadFiles validates each file like uploadFile',
  async (launch) => {
    const { cos, requests } = startClient(launch, { files: { f: new Uint8Array(10) } })
    const files = [
      { ...AT, Key: '/a.txt', FilePath: 'f' },
      { ...AT, Key: 'b.txt', FilePath: 'f', Region: '' },
    ]
    await endOf(cos.uploadFiles({ files }))
    return requests.map(({ url, formData }) => [url, (formData as Untyped).key])
  },
  {
    right: [['https://test-1250000000.cos.ap-guangzhou.myqcloud.com/', 'a.txt']],
    wrong: [
      ['https://test-1250000000.cos.ap-guangzhou.myqcloud.com/', '/a.txt'],
      ['https://test-1250000000.cos..myqcloud.com/', 'b.txt'],
    ],
  },
)

import { defect, endOf, type Launch } from '../../support/bothClients'
import {
  AT,
  createFakePhone,
  DENIED,
  DROP,
  GONE,
  MIB,
  type PhoneOptions,
} from '../../support/fakePhone'
import type { Untyped } from '../../support/phones'
import { headerOf, KEY } from '../../support/recordingWx'

const FILE = { f: new Uint8Array(4 * MIB) }
const UPLOAD = { ...AT, Key: 'k', FilePath: 'f' }

/** A file of four parts, sent one after the other unless told otherwise. */
function start(launch: Launch, given: PhoneOptions = {}, options: object = {}) {
  const phone = createFakePhone({ files: FILE, ...given })
  const COS = launch(phone.wx)
  const cos = new COS({ ...KEY, ChunkParallelLimit: 1, ...options })
  return { ...phone, COS, cos }
}

const parts = (steps: string[]) => steps.filter((step) => step.startsWith('part'))
const countOf = (steps: string[], step: string) => steps.filter((one) => one === step).length

/** An upload under way. */
function begin({ cos }: { cos: Untyped }, method = 'sliceUploadFile', params: object = UPLOAD) {
  let id = ''
  const onTaskReady = (given: string) => {
    id = given
  }
  const done: Promise<unknown> = cos[method]({ ...params, onTaskReady })
  done.catch(() => {})
  return { done, id: () => id }
}

defect(
  5,
  'pausing and restarting at once sends each part at most twice, and completes once',
  async (launch) => {
    const phone = start(launch, { delay: 50 }, { ChunkParallelLimit: 3 })
    const { done, id } = begin(phone)
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
    const phone = start(launch, { delay: 50 })
    const { done, id } = begin(phone)
    await jest.advanceTimersByTimeAsync(180)
    phone.cos.cancelTask(id())
    return { end: await endOf(done), isFreed: phone.steps.includes('abort') }
  },
  { right: { end: 'rejects', isFreed: true }, wrong: { end: 'never settles', isFreed: false } },
)

defect(
  9,
  'rejects if the file cannot be read',
  async (launch) => {
    const phone = start(launch, { isUnreadable: true })
    const { done } = begin(phone)
    return { end: await endOf(done), state: phone.cos.getTaskList()[0]?.state }
  },
  {
    right: { end: 'rejects', state: 'error' },
    wrong: { end: 'never settles', state: 'uploading' },
  },
)

/** Fails at the third part, then tries again; what the second try sends and reads. */
async function secondTry(launch: Launch, isRestarted: boolean) {
  let isBroken = true
  const phone = start(launch, {
    answer: (step) => (isBroken && step === 'part 3' ? DENIED : undefined),
  })
  await endOf(begin(phone).done)
  isBroken = false
  const [sent, read] = [phone.steps.length, phone.reads()]
  const COS = isRestarted ? launch(phone.wx) : undefined
  const cos = COS ? new COS({ ...KEY, ChunkParallelLimit: 1 }) : phone.cos
  const end = await endOf(begin({ cos }).done)
  return { end, parts: parts(phone.steps.slice(sent)), reads: phone.reads() - read }
}

const REST = { end: 'resolves', parts: ['part 3', 'part 4'], reads: 2 }

defect(
  10,
  'a restarted upload resumes where the failed attempt stopped',
  (launch) => secondTry(launch, false),
  { right: REST, wrong: { end: 'resolves', parts: parts4(), reads: 4 } },
)

defect(
  41,
  'after a restart of the app only the missing parts are read',
  (launch) => secondTry(launch, true),
  { right: REST, wrong: { ...REST, reads: 4 } },
)

function parts4() {
  return ['part 1', 'part 2', 'part 3', 'part 4']
}

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
    const phone = start(launch)
    await endOf(begin(phone, 'sliceUploadFile', { ...UPLOAD, ...given }).done)
    const part = phone.requests.find(({ url }) => String(url).includes('partNumber=1'))
    return names.map((name) => headerOf(part, name))
  },
  { right: [819200, 'image/*', 'AES256', 'c'], wrong: Array(4).fill(undefined) },
)

function SSE(name: string) {
  return `x-cos-server-side-encryption-customer-${name}`
}

defect(
  20,
  'queued files are not in memory',
  async (launch) => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 20; i++) files[`f${i}`] = new Uint8Array(1000)
    const readBeforeFirst: number[] = []
    const phone = start(
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
    const phone = start(
      launch,
      {
        files,
        answer: (_, __, { filePath }) => (isBroken && filePath === 'c' ? DENIED : undefined),
      },
      { UploadQueueSize: 1 },
    )
    const tasks = Object.keys(files).map((name) =>
      begin(phone, 'uploadFile', { ...AT, Key: name, FilePath: name }),
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
  24,
  'detects that an upload completed although the response was lost',
  async (launch) => {
    const header = { ETag: '"e-4"', 'Content-Length': String(4 * MIB) }
    const phone = start(launch, {
      answer: (step, count) => {
        if (step === 'head') return { statusCode: 200, header }
        return step === 'complete' ? (count === 1 ? DROP : GONE) : undefined
      },
    })
    return endOf(begin(phone).done)
  },
  { right: 'resolves', wrong: 'rejects' },
)

defect(
  27,
  'an option that is undefined has its default',
  async (launch) => {
    const files: Record<string, Uint8Array> = {}
    for (let i = 0; i < 10; i++) files[`f${i}`] = new Uint8Array(10)
    const many = start(launch, { files, delay: 50 }, { FileParallelLimit: undefined })
    for (const name of Object.keys(files)) {
      begin(many, 'uploadFile', { ...AT, Key: name, FilePath: name })
    }
    await jest.advanceTimersByTimeAsync(20)
    const atOnce = many.requests.length
    await jest.advanceTimersByTimeAsync(1000)
    const one = start(launch, {}, { ChunkSize: undefined })
    const end = await endOf(begin(one).done)
    return { atOnce, parts: parts(one.steps).length, end }
  },
  {
    right: { atOnce: 3, parts: 4, end: 'resolves' },
    wrong: { atOnce: 10, parts: 0, end: 'resolves' },
  },
)

defect(
  33,
  'a listed upload that no longer exists does not prevent a new one',
  async (launch) => endOf(begin(start(launch, { stale: ['old'] })).done),
  { right: 'resolves', wrong: 'rejects' },
)

defect(
  40,
  'uploads in parts on base libraries from 2.10, without getAppBaseInfo too',
  async (launch) => {
    const phone = createFakePhone({ files: FILE, sdkVersion: '2.14.0' })
    delete phone.wx.getAppBaseInfo
    phone.wx.canIUse = (name: string) => name in phone.wx
    const COS = launch(phone.wx)
    await endOf(begin({ cos: new COS(KEY) }).done)
    return parts(phone.steps).length
  },
  { right: 4, wrong: 0 },
)

defect(
  44,
  'does not copy the task list without a listener',
  async (launch) => {
    const timers = jest.spyOn(globalThis, 'setTimeout')
    const isListMade = () => timers.mock.calls.some(([run]) => /\blist\b/.test(String(run)))
    const phone = start(launch)
    await endOf(begin(phone).done)
    const without = isListMade()
    phone.cos.on('list-update', () => {})
    await endOf(begin(phone).done)
    return { without, withListener: isListMade() }
  },
  {
    right: { without: false, withListener: true },
    wrong: { without: true, withListener: true },
  },
)

defect(
  45,
  'aborts the other parts when one is refused',
  async (launch) => {
    const phone = start(
      launch,
      {
        answer: (step) => {
          if (step === 'part 1') return { ...DENIED, delay: 20 }
          return step.startsWith('part') ? { statusCode: 0, hangs: true } : undefined
        },
      },
      { ChunkParallelLimit: 3 },
    )
    const end = await endOf(begin(phone).done)
    return { end, ended: phone.requests.filter(({ isAborted }) => isAborted).length }
  },
  { right: { end: 'rejects', ended: 2 }, wrong: { end: 'rejects', ended: 0 } },
)

defect(
  49,
  'a new key needs one request before its first part, and no permission to list uploads',
  async (launch) => {
    const phone = start(launch)
    await endOf(begin(phone).done)
    return phone.steps.slice(0, phone.steps.indexOf('part 1'))
  },
  { right: ['init'], wrong: ['list uploads', 'init'] },
)

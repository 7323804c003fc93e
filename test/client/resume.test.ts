import {
  beginUpload,
  defect,
  endOf,
  type Launch,
  outcomeOf,
  startClient,
  useFakeClock,
} from '../support/bothClients'
import {
  AT,
  createFakePhone,
  DENIED,
  DROP,
  GONE,
  MIB,
  type PhoneOptions,
} from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'

/** What the client stores about a running multipart upload. */

useFakeClock()

const UPLOAD = { ...AT, Key: 'k', FilePath: 'f' }

function start(options: PhoneOptions = {}) {
  const phone = createFakePhone({ files: { f: new Uint8Array(3 * MIB) }, ...options })
  setWx(phone.wx)
  return { ...phone, cos: new COS({ ...KEY, ChunkParallelLimit: 1 }) as Untyped }
}

/** The system never returns a digest, as if the app ended before. */
const neverDigests = (wx: Untyped) => {
  const system = wx.getFileSystemManager()
  wx.getFileSystemManager = () => ({ ...system, getFileInfo() {} })
}

const remembered = (wx: Untyped): Untyped[] => wx.getStorageSync('miniprogram_cos_uploads') || []

test('stores the UploadId before the first part is sent', async () => {
  const stored: string[][] = []
  const phone = start({
    answer: (step) => {
      if (step === 'part 1') stored.push(remembered(phone.wx).map(({ UploadId }) => UploadId))
      return undefined
    },
  })
  await outcomeOf(phone.cos.sliceUploadFile(UPLOAD))
  expect(stored).toEqual([['u1']])
  expect(remembered(phone.wx)).toEqual([])
})

test('the next start aborts an upload whose file had not been hashed when the app ended', async () => {
  const phone = start({
    answer: (step) => (step === 'part 2' ? { statusCode: 0, hangs: true } : undefined),
  })
  const { getFileSystemManager } = phone.wx
  neverDigests(phone.wx)
  void phone.cos.sliceUploadFile(UPLOAD).catch(() => {})
  await jest.advanceTimersByTimeAsync(1000)
  expect(phone.steps).toEqual(['init', 'part 1', 'part 2'])
  // The next start: a new `wx`, the same storage and the same COS.
  jest.resetModules()
  const { COS: Restarted } = require('../support/recordingWx') as { COS: typeof COS }
  phone.wx.getFileSystemManager = getFileSystemManager
  phone.steps.length = 0
  void (new Restarted(KEY) as Untyped).sliceUploadFile(UPLOAD).catch(() => {})
  await jest.advanceTimersByTimeAsync(1000)
  expect(phone.steps.slice(0, 2)).toEqual(['abort', 'init'])
})

test('a second upload of the same file does not affect the running one', async () => {
  const { cos, steps } = start({ delay: 50 })
  const first = cos.sliceUploadFile(UPLOAD)
  await jest.advanceTimersByTimeAsync(120)
  const second = cos.sliceUploadFile(UPLOAD)
  const ends = (await outcomeOf(Promise.all([first, second]))) as Untyped
  expect(ends.value.map(({ UploadId }: Untyped) => UploadId)).toEqual(['u1', 'u2'])
  expect(steps).not.toContain('abort')
})

test.each(['full', 'off'])(
  'if the storage is %s, a failed or cancelled upload is aborted on the server',
  async (kind) => {
    const make = (answer: PhoneOptions['answer'] = () => undefined) => {
      const phone = start({ answer, delay: 20 })
      if (kind === 'full') {
        phone.wx.setStorageSync = () => {
          throw new Error('setStorageSync:fail exceed storage max size')
        }
      }
      const options = kind === 'off' ? { UploadIdCacheLimit: 0 } : {}
      return { ...phone, cos: new COS({ ...KEY, ChunkParallelLimit: 1, ...options }) as Untyped }
    }
    const failing = make((step) => (step === 'part 2' ? DENIED : undefined))
    await outcomeOf(failing.cos.sliceUploadFile(UPLOAD))
    expect(failing.steps.at(-1)).toBe('abort')
    const cancelled = make()
    let id = ''
    const done = cancelled.cos.sliceUploadFile({
      ...UPLOAD,
      onTaskReady: (given: string) => {
        id = given
      },
    })
    done.catch(() => {})
    await jest.advanceTimersByTimeAsync(60)
    cancelled.cos.cancelTask(id)
    await outcomeOf(done)
    expect(cancelled.steps.at(-1)).toBe('abort')
  },
)

const parts = (steps: string[]) => steps.filter((step) => step.startsWith('part'))

/** Fails at the third part, then tries again; what the second try sends and reads. */
async function secondTry(launch: Launch, isRestarted: boolean) {
  let isBroken = true
  const phone = startClient(launch, {
    answer: (step) => (isBroken && step === 'part 3' ? DENIED : undefined),
  })
  await endOf(beginUpload(phone).done)
  isBroken = false
  const [sent, read] = [phone.steps.length, phone.reads()]
  const COS = isRestarted ? launch(phone.wx) : undefined
  const cos = COS ? new COS({ ...KEY, ChunkParallelLimit: 1 }) : phone.cos
  const end = await endOf(beginUpload({ cos }).done)
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
  24,
  'detects that an upload completed although the response was lost',
  async (launch) => {
    const header = { ETag: '"e-4"', 'Content-Length': String(4 * MIB) }
    const phone = startClient(launch, {
      answer: (step, count) => {
        if (step === 'head') return { statusCode: 200, header }
        return step === 'complete' ? (count === 1 ? DROP : GONE) : undefined
      },
    })
    return endOf(beginUpload(phone).done)
  },
  { right: 'resolves', wrong: 'rejects' },
)

defect(
  33,
  'a listed upload that no longer exists does not prevent a new one',
  async (launch) => endOf(beginUpload(startClient(launch, { stale: ['old'] })).done),
  { right: 'resolves', wrong: 'rejects' },
)

defect(
  49,
  'a new key needs one request before its first part, and no permission to list uploads',
  async (launch) => {
    const phone = startClient(launch)
    await endOf(beginUpload(phone).done)
    return phone.steps.slice(0, phone.steps.indexOf('part 1'))
  },
  { right: ['init'], wrong: ['list uploads', 'init'] },
)

defect(
  12,
  'aborts all uploads of a key, even if other keys start with it',
  async (launch) => {
    const listed = ['k1', 'k2', 'k', 'k3'].map(
      (key) => `<Upload><Key>${key}</Key><UploadId>u-${key}</UploadId></Upload>`,
    )
    const data = `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListMultipartUploadsResult>`
    const { cos, requests } = startClient(launch, {
      answer: (step) =>
        step === 'list uploads' ? { statusCode: 200, data } : { statusCode: 204, header: {} },
    })
    const end = await endOf(cos.abortUploadTask({ ...AT, Key: 'k', Level: 'file' }))
    const aborted = requests.filter(({ method }) => method === 'DELETE')
    return { end, aborted: aborted.map(({ url }) => String(url).split('uploadId=')[1]) }
  },
  {
    right: { end: 'resolves', aborted: ['u-k'] },
    wrong: { end: 'never settles', aborted: ['u-k'] },
  },
)

import { COS } from 'miniprogram-cos'
import { useFakeClock } from '../support/bothClients'
import { AT, createFakePhone, DENIED, type PhoneOptions } from '../support/fakePhone'
import { loadOfficialClient, type Untyped } from '../support/phones'
import { KEY, setWx } from '../support/recordingWx'

/** Callbacks and promises of an upload that COS refuses and that succeeds when restarted. */

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

describe('restartTask returns a promise of the next attempt', () => {
  const failed = async (times: number) => {
    const cos = ours(times)
    const first = cos.uploadFile(FILE).catch((error: Untyped) => error.code)
    await awhile()
    expect(await first).toBe('AccessDenied')
    return { cos, id: cos.getTaskList()[0].id as string }
  }

  test('after the promise of the call has rejected', async () => {
    const { cos, id } = await failed(1)
    const again = cos.restartTask(id)
    await awhile()
    expect(await again).toMatchObject({ statusCode: 200 })
    expect(cos.getTaskList()[0]).toMatchObject({ state: 'success' })
    expect(cos.getTaskList()[0].error).toBeUndefined()
  })

  test('which may reject, and may be ignored', async () => {
    const { cos, id } = await failed(3)
    const again = cos.restartTask(id).catch((error: Untyped) => error.code)
    await awhile()
    expect(await again).toBe('AccessDenied')
    // Jest fails a test with an unhandled rejection.
    cos.restartTask(id)
    await awhile()
    expect(cos.getTaskList()[0]).toMatchObject({ state: 'error' })
  })

  test('which rejects when that attempt is cancelled', async () => {
    const { cos, id } = await failed(1)
    const again = cos.restartTask(id).catch((error: Untyped) => error.code)
    cos.cancelTask(id)
    await awhile()
    expect(await again).toBe('KitAborted')
  })

  test('which settles like the original call if the upload was only paused', async () => {
    const cos = ours(0)
    const call = cos.uploadFile(FILE)
    const [{ id }] = cos.getTaskList()
    cos.pauseTask(id)
    await awhile()
    const again = cos.restartTask(id)
    await awhile()
    expect(await again).toEqual(await call)
  })

  test('but undefined for a finished or unknown task', async () => {
    const cos = ours(0)
    const call = cos.uploadFile(FILE)
    await awhile()
    await call
    expect(cos.restartTask(cos.getTaskList()[0].id)).toBeUndefined()
    expect(cos.restartTask('none')).toBeUndefined()
  })
})

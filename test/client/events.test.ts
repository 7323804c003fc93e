import { outcomeOf, useFakeClock } from '../support/bothClients'
import { AT, createFakePhone, DENIED, MIB } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'

useFakeClock()

const FAILURES: [string, () => unknown][] = [
  [
    'throws',
    () => {
      throw new Error('of the app')
    },
  ],
  ['returns a promise that rejects', () => Promise.reject(new Error('of the app'))],
]

describe.each(FAILURES)('a listener that %s', (_, fail) => {
  let reported: jest.SpyInstance
  const unhandled = jest.fn()

  beforeEach(() => {
    reported = jest.spyOn(console, 'error').mockImplementation(() => {})
    process.on('unhandledRejection', unhandled)
  })
  afterEach(async () => {
    process.off('unhandledRejection', unhandled)
    reported.mockRestore()
    expect(unhandled).not.toHaveBeenCalled()
  })

  const start = (isRefused: boolean, options: object = {}): Untyped => {
    const phone = createFakePhone({
      files: { f: new Uint8Array(2 * MIB), small: new Uint8Array(10) },
      answer: () => (isRefused ? DENIED : undefined),
    })
    setWx(phone.wx)
    return new COS({ ...KEY, ProgressInterval: 0, ...options })
  }
  const everyListener = {
    onTaskReady: fail,
    onTaskStart: fail,
    onProgress: fail,
    onHashProgress: fail,
    onFileFinish: fail,
  }

  test.each([
    ['uploadFile', { FilePath: 'small' }],
    ['uploadFile', { FilePath: 'f' }],
    ['sliceUploadFile', { FilePath: 'f' }],
    ['putObject', { Body: 'x' }],
  ])('does not affect %s of %j, and is reported by console.error', async (method, params) => {
    const cos = start(false)
    for (const name of ['list-update', 'task-list-update', 'before-send']) cos.on(name, fail)
    const end = await outcomeOf(cos[method]({ ...AT, Key: 'k', ...params, ...everyListener }))
    expect(end).toMatchObject({ value: { statusCode: 200 } })
    expect(reported).toHaveBeenCalledWith(expect.any(String), expect.any(Error))
    const refused = start(true)
    const failed = await outcomeOf(
      refused[method]({ ...AT, Key: 'k', ...params, ...everyListener }),
    )
    expect(failed).toMatchObject({ error: { code: 'AccessDenied' } })
  })

  test('does not affect uploadFiles', async () => {
    const files = ['a', 'b'].map((Key) => ({ ...AT, Key, FilePath: 'small', ...everyListener }))
    const end = await outcomeOf(
      start(false).uploadFiles({ files, onProgress: fail, onFileFinish: fail }),
    )
    expect(end).toMatchObject({ value: { files: [{ error: null }, { error: null }] } })
  })

  test.each([false, true])(
    'is handled when it is the callback of a call; refused: %s',
    async (isRefused) => {
      const callback = jest.fn(fail)
      start(isRefused).headObject({ ...AT, Key: 'k' }, callback)
      await jest.advanceTimersByTimeAsync(1000)
      expect(callback).toHaveBeenCalledTimes(1)
      expect(reported).toHaveBeenCalledTimes(1)
    },
  )
})

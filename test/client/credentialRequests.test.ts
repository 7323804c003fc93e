import type { GetAuthorization, ScopeEntry } from 'miniprogram-cos'
import { outcomeOf, useFakeClock } from '../support/bothClients'
import { AT, createFakePhone, MIB, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, type RecordedRequest, setWx } from '../support/recordingWx'

/** Keys that permit only the requested scope: `ScopeLimit: true`. */
describe('keys that permit only the requested scope', () => {
  const SMALL = new Uint8Array(10)

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
  })
  afterEach(() => {
    jest.useRealTimers()
    setWx()
  })

  /** A client whose provider answers with a key named after what it permits; `refuse` makes it fail. */
  function start(phone: PhoneOptions = {}, refuse: (scope: ScopeEntry[]) => boolean = () => false) {
    const { wx, requests } = createFakePhone(phone)
    setWx(wx)
    const asked: ScopeEntry[][] = []
    const getAuthorization: GetAuthorization = async ({ Scope }) => {
      asked.push(Scope)
      // A cloud function takes some time.
      await new Promise((resolve) => setTimeout(resolve, 150))
      if (refuse(Scope)) throw new Error('refused')
      const ExpiredTime = Math.floor(Date.now() / 1000) + 1800
      const key = {
        TmpSecretId: 'id',
        TmpSecretKey: 'secret',
        SecurityToken: JSON.stringify(Scope),
      }
      return { ...key, ExpiredTime, ScopeLimit: true }
    }
    const cos = new COS({ getAuthorization })
    return { cos, asked, requests }
  }

  const scopeOf = ({ header }: RecordedRequest): ScopeEntry[] =>
    JSON.parse((header as Record<string, string>)['x-cos-security-token'] as string)
  const actionsOf = (scope: ScopeEntry[] | undefined) =>
    scope?.map(({ action, prefix }) => `${action.replace('name/cos:', '')} ${prefix}`)
  const files = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...AT, Key: `/files/${i}`, FilePath: 'f' }))

  test('an upload of 20 parts requests one key, limited to the actions of an upload', async () => {
    const { cos, asked, requests } = start({ files: { f: new Uint8Array(20 * MIB) } })
    const done = await outcomeOf(cos.uploadFile({ ...AT, Key: 'k', FilePath: 'f' }))
    expect(done).toMatchObject({ value: { UploadId: 'u1' } })
    expect(requests.length).toBe(22)
    expect(asked.map(actionsOf)).toEqual([
      ['InitiateMultipartUpload k', 'UploadPart k', 'CompleteMultipartUpload k'],
    ])
  })

  test('50 files request two keys, each limited to its files', async () => {
    const { cos, asked, requests } = start({ files: { f: SMALL } })
    const done = await outcomeOf(cos.uploadFiles({ files: files(50) }))
    expect(done).toMatchObject({ value: { files: Array(50).fill({ error: null }) } })
    expect(asked.length).toBe(2)
    for (const scope of asked) expect(scope.length).toBeLessThanOrEqual(25)
    expect(requests.length).toBe(50)
    for (const request of requests) {
      const { key } = request.formData as { key: string }
      expect(actionsOf(scopeOf(request))).toContain(`PostObject ${key}`)
    }
  })

  test('multipart uploads, and separate calls, share a key request too', async () => {
    const { cos, asked } = start({ files: { f: new Uint8Array(MIB + 1) } })
    const uploads = files(8).map((file) => cos.uploadFile(file))
    await outcomeOf(Promise.all(uploads))
    expect(asked.length).toBe(1)
    expect(asked[0]?.length).toBe(24)
  })

  test('prefetches keys, so that only the first file waits for one', async () => {
    const { cos, asked, requests } = start({ files: { f: SMALL }, delay: 100 })
    const started = Date.now()
    let ended = 0
    void cos.uploadFiles({ files: files(48) }).then(() => {
      ended = Date.now()
    })
    await jest.advanceTimersByTimeAsync(10_000)
    expect(requests.length).toBe(48)
    expect(asked.length).toBe(2)
    // 150 ms for the first key, and 16 times three files.
    expect(ended - started).toBeLessThan(150 + 16 * 100 + 100)
  })

  test('does not combine scopes of another bucket or of other operations', async () => {
    const { cos, asked } = start({ files: { f: SMALL } })
    const [first, second] = files(2)
    const upload = cos.uploadFiles({
      files: [
        { ...first, Key: 'a', FilePath: 'f' },
        { ...second, Key: 'b', FilePath: 'f', Bucket: 'other-1250000000' },
      ],
    })
    await outcomeOf(Promise.all([upload, cos.headObject({ ...AT, Key: 'c' })]))
    expect(asked.map(actionsOf)).toEqual(
      expect.arrayContaining([['PostObject a'], ['PostObject b'], ['HeadObject c']]),
    )
    expect(asked.length).toBe(3)
  })

  test('requests fewer scopes after a provider refuses a wide request, down to one', async () => {
    const { cos, asked, requests } = start({ files: { f: SMALL } }, (scope) => scope.length > 1)
    const done = await outcomeOf(cos.uploadFiles({ files: files(20) }))
    expect(done).toMatchObject({ value: { files: Array(20).fill({ error: null }) } })
    expect(requests.length).toBe(20)
    expect(asked.filter((scope) => scope.length > 1).length).toBeLessThanOrEqual(3)
  })

  test('requests one scope at a time after a key turned out to permit only the first one', async () => {
    const answer: PhoneOptions['answer'] = (step, _, request) => {
      const permitted = actionsOf(scopeOf(request).slice(0, 1))?.[0]
      const needed = { init: 'InitiateMultipartUpload', complete: 'CompleteMultipartUpload' }[step]
      if (permitted === `${needed ?? 'UploadPart'} k`) return undefined
      return { statusCode: 403, data: '<Error><Code>AccessDenied</Code></Error>' }
    }
    const { cos, asked } = start({ files: { f: new Uint8Array(4 * MIB) }, answer })
    const done = await outcomeOf(cos.uploadFile({ ...AT, Key: 'k', FilePath: 'f' }))
    expect(done).toMatchObject({ value: { UploadId: 'u1' } })
    // One for everything, then one for each action.
    expect(asked.map(({ length }) => length)).toEqual([3, 1, 1])
  })

  test('a file that the provider refuses does not fail the others', async () => {
    const { cos } = start({ files: { f: SMALL } }, (scope) =>
      scope.some(({ prefix }) => prefix === 'files/4'),
    )
    const done = await outcomeOf(cos.uploadFiles({ files: files(10) }))
    const errors = (done as { value: { files: { error: unknown }[] } }).value.files.map(
      ({ error }) => error !== null,
    )
    expect(errors.map((failed, i) => (failed ? i : -1)).filter((i) => i >= 0)).toEqual([4])
  })
})

describe('the circuit breaker of an unavailable function', () => {
  useFakeClock()

  const ANSWER = {
    credentials: { tmpSecretId: 'id', tmpSecretKey: 'key', sessionToken: 'token' },
    bucket: AT.Bucket,
    region: AT.Region,
    prefix: 'private/me/',
  }

  /** A phone whose cloud function returns what `answer` returns; undefined: the call fails. */
  function start(
    answer: (call: number, data: Untyped) => object | undefined,
    options: object = {},
  ) {
    const phone = createFakePhone({ files: { f: new Uint8Array(10) } })
    let calls = 0
    phone.wx.cloud = {
      callFunction({ data, success, fail }: Untyped) {
        const given = answer(++calls, data)
        const expiredTime = Math.floor(Date.now() / 1000) + 1800
        setTimeout(() => {
          if (given) success({ result: { expiredTime, ...given } })
          else fail({ errMsg: 'cloud.callFunction:fail -1 network error' })
        }, 20)
      },
    }
    setWx(phone.wx)
    return { cos: COS.cloud(options) as Untyped, calls: () => calls, ...phone }
  }

  const files = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...AT, Key: `private/me/${i}`, FilePath: 'f' }))

  test('calls an unavailable function 3 times for 300 queued files, and names the reason in every error', async () => {
    const { cos, calls } = start(() => undefined)
    const end = (await outcomeOf(cos.uploadFiles({ files: files(300) }))) as Untyped
    const errors: Untyped[] = end.value.files.map(({ error }: Untyped) => error)
    expect(
      errors.every(({ code, kind }) => code === 'KitFunctionFailed' && kind === 'credentials'),
    ).toBe(true)
    expect(calls()).toBe(3)
    expect(errors[0]?.message).toContain('could not be called: cloud.callFunction:fail')
    expect(errors.at(-1)?.message).toMatch(
      /could not be called: .* \(not called again for \d+ s, after 3 failures in a row\)$/,
    )
  })

  test('calls it once after the cool-down, which then doubles', async () => {
    const { cos, calls } = start(() => undefined)
    await outcomeOf(cos.uploadFiles({ files: files(30) }))
    expect(calls()).toBe(3)
    await jest.advanceTimersByTimeAsync(2500)
    await outcomeOf(cos.uploadFiles({ files: files(30) }))
    expect(calls()).toBe(4)
    await jest.advanceTimersByTimeAsync(2500)
    const early = (await outcomeOf(cos.headObject({ ...AT, Key: 'k' }))) as Untyped
    expect(early.error.message).toMatch(/not called again/)
  })

  test('resumes as soon as the function answers again', async () => {
    let isDown = true
    const { cos } = start(() => (isDown ? undefined : ANSWER))
    await outcomeOf(cos.uploadFiles({ files: files(10) }))
    isDown = false
    await jest.advanceTimersByTimeAsync(3000)
    const end = (await outcomeOf(cos.uploadFiles({ files: files(10) }))) as Untyped
    expect(end.value.files.every(({ error }: Untyped) => error === null)).toBe(true)
  })

  test('a refusal by the function does not open the circuit breaker', async () => {
    const refused = { error: { code: 'KitScopeRefused', message: 'not yours' } }
    const isForeign = (data: Untyped) =>
      data.scope?.some(({ prefix }: Untyped) => /foreign/.test(prefix))
    const { cos } = start((_, data) => (isForeign(data) ? refused : ANSWER), { ScopeLimit: true })
    const list = [
      ...Array.from({ length: 8 }, (_, i) => ({ ...AT, Key: `foreign/${i}`, FilePath: 'f' })),
      ...files(3),
    ]
    const end = (await outcomeOf(cos.uploadFiles({ files: list }))) as Untyped
    const codes = end.value.files.map(({ error }: Untyped) => error?.code)
    expect(codes).toEqual([...Array(8).fill('KitScopeRefused'), undefined, undefined, undefined])
  })

  test('the circuit breaker also applies to a key server of the app', async () => {
    const phone = createFakePhone({ files: { f: new Uint8Array(10) } })
    setWx(phone.wx)
    let calls = 0
    const getAuthorization = (_: object, callback: (failure: object) => void) => {
      calls++
      callback({ errMsg: 'request:fail timeout' })
    }
    const cos = new COS({ getAuthorization } as never) as Untyped
    await outcomeOf(cos.uploadFiles({ files: files(100) }))
    expect(calls).toBe(3)
  })
})

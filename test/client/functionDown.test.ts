import { outcomeOf, useFakeClock } from '../support/bothClients'
import { AT, createFakePhone } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, setWx } from '../support/recordingWx'

useFakeClock()

const ANSWER = {
  credentials: { tmpSecretId: 'id', tmpSecretKey: 'key', sessionToken: 'token' },
  bucket: AT.Bucket,
  region: AT.Region,
  prefix: 'private/me/',
}

/** A phone whose cloud function returns what `answer` returns; undefined: the call fails. */
function start(answer: (call: number, data: Untyped) => object | undefined, options: object = {}) {
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

test('calls an unavailable function 3 times for 300 queued files, and says so in every error', async () => {
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

import { COS } from 'miniprogram-cos'
import {
  countingProvider,
  defect,
  endOf,
  NOW,
  startWithOptions,
  temporaryKey,
} from '../support/bothClients'
import { AT } from '../support/fakePhone'
import { createRecordingWx, KEY, type RecordedRequest, setWx } from '../support/recordingWx'

const seconds = () => Math.floor(Date.now() / 1000)
const keyNamed = (name: string, life = 1800) => ({
  TmpSecretId: name,
  TmpSecretKey: 'secret',
  SecurityToken: `token of ${name}`,
  StartTime: seconds(),
  ExpiredTime: seconds() + life,
})

afterEach(() => {
  setWx()
  jest.useRealTimers()
})

/** Answers by what `refuse` says of each request. */
function install(
  refuse: (request: RecordedRequest, index: number) => string | undefined = () => undefined,
) {
  const recorded = createRecordingWx((request, index) => {
    const code = refuse(request, index)
    return code
      ? {
          statusCode: code === 'ExpiredToken' ? 400 : 403,
          data: `<Error><Code>${code}</Code></Error>`,
        }
      : { statusCode: 200, header: { ETag: '"e"' } }
  })
  setWx(recorded.wx)
  return recorded.requests
}

test('does not correct the clock because a key is about to expire', async () => {
  install()
  const aging = { ...keyNamed('a'), StartTime: seconds() - 1750, ExpiredTime: seconds() + 50 }
  const cos = new COS({ getAuthorization: async () => aging })
  await cos.headObject({ ...AT, Key: 'a' })
  expect(cos.options.SystemClockOffset).toBe(0)
})

test.each([-20, 0, 20, 300])(
  'a URL is valid immediately on a phone whose clock is %d minutes ahead',
  async (minutes) => {
    install()
    const real = Date.now()
    const key = { ...keyNamed('a'), StartTime: Math.floor(real / 1000) }
    const clock = jest.spyOn(Date, 'now').mockReturnValue(real + minutes * 60_000)
    const url = await new COS({ getAuthorization: async () => key }).getObjectUrl({
      ...AT,
      Key: 'a',
    })
    clock.mockRestore()
    const [, start, end] = /q-key-time=(\d+);(\d+)/.exec(url) ?? []
    expect(Number(start)).toBeLessThanOrEqual(real / 1000 + 1)
    expect(Number(end)).toBeGreaterThan(real / 1000 + 600)
    expect(Number(end)).toBeLessThanOrEqual(key.ExpiredTime)
  },
)

test('a form upload recovers from clock skew like any other call', async () => {
  const Date_ = new Date(Date.now() + 3 * 3600_000).toUTCString()
  const late = {
    statusCode: 403,
    header: { Date: Date_ },
    data: '<Error><Code>RequestTimeTooSkewed</Code></Error>',
  }
  const recorded = createRecordingWx(
    (_, index) => (index === 0 ? late : { statusCode: 200, header: { ETag: '"e"' } }),
    {
      f: new Uint8Array(3),
    },
  )
  setWx(recorded.wx)
  const cos = new COS(KEY)
  await cos.postObject({ ...AT, Key: 'a', FilePath: 'f' })
  expect(recorded.requests.length).toBe(2)
  expect(cos.options.SystemClockOffset).toBeGreaterThan(3 * 3600_000 - 60_000)
})

const at = (Key: string) => ({ ...AT, Key })

defect(
  22,
  'corrects the clock after a HEAD error, which has no body',
  async (launch) => {
    const later = new Date((NOW + 3600) * 1000).toUTCString()
    const { cos } = startWithOptions(launch, KEY, {
      answer: (_, count) =>
        count === 1 ? { statusCode: 403, header: { Date: later } } : undefined,
    })
    const end = await endOf(cos.headObject(at('k')))
    return { end, hours: Math.round(cos.options.SystemClockOffset / 3_600_000) }
  },
  { right: { end: 'resolves', hours: 1 }, wrong: { end: 'rejects', hours: 0 } },
)

defect(
  23,
  'a phone whose clock is behind does not request more keys',
  async (launch) => {
    const provider = countingProvider(() => temporaryKey({ StartTime: NOW + 60 }))
    const { cos } = startWithOptions(launch, provider)
    for (const Key of ['a', 'b', 'c', 'd', 'e']) await endOf(cos.headObject(at(Key)))
    return provider.calls()
  },
  { right: 1, wrong: 5 },
)

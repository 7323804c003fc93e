import {
  calledBack,
  defect,
  endOf,
  type Launch,
  NOW,
  temporaryKey,
} from '../../support/bothClients'
import { AT, createFakePhone, type PhoneOptions } from '../../support/fakePhone'
import type { Untyped } from '../../support/phones'
import { headerOf, isSignatureGood, KEY, type RecordedRequest } from '../../support/recordingWx'

type Callback = (answer?: unknown) => void
type Provider = (options: Untyped, callback: Callback) => unknown

function start(launch: Launch, options: object, phoneOptions?: PhoneOptions) {
  const phone = createFakePhone(phoneOptions)
  const COS = launch(phone.wx)
  return { ...phone, COS, cos: new COS(options) }
}

/** A getAuthorization that answers after 10 ms and counts. */
function counting(answer: (options: Untyped, count: number) => unknown) {
  let calls = 0
  const getAuthorization: Provider = (options, callback) => {
    const given = answer(options, ++calls)
    setTimeout(() => {
      try {
        callback(given)
      } catch {
        // Thrown into the app, which prints it.
      }
    }, 10)
  }
  return { getAuthorization, calls: () => calls }
}

const at = (Key: string) => ({ ...AT, Key })

/** What getObjectUrl passes to its callback. */
async function urlOf(cos: Untyped, params: object): Promise<string> {
  const called = calledBack((callback) => cos.getObjectUrl(params, callback))
  const end = await endOf(called)
  return end === 'resolves' ? String(((await called).data as Untyped | undefined)?.Url) : end
}

defect(
  2,
  'a presigned URL is valid from now, even if its key is about to expire',
  async (launch) => {
    const key = temporaryKey({ StartTime: NOW - 1000, ExpiredTime: NOW + 800 })
    const { cos } = start(
      launch,
      counting(() => key),
    )
    const url = await urlOf(cos, { ...at('k'), Expires: 600 })
    const [, from, to] = /q-sign-time=(\d+)(?:;|%3b)(\d+)/.exec(url) ?? []
    return { hasBegun: Number(from) <= NOW, secondsLeft: Number(to) - NOW }
  },
  {
    right: { hasBegun: true, secondsLeft: expect.closeTo(600, -1) },
    wrong: { hasBegun: true, secondsLeft: -400 },
  },
)

defect(
  8,
  'a getAuthorization that fails in any way rejects the call, and throws nothing into the app',
  async (launch) => {
    let thrown = 0
    const giving =
      (answer: unknown): Provider =>
      (_, callback) => {
        try {
          callback(answer)
        } catch {
          thrown++
        }
      }
    const ends: string[] = []
    for (const answer of [undefined, null]) {
      ends.push(
        await endOf(start(launch, { getAuthorization: giving(answer) }).cos.headObject(at('k'))),
      )
    }
    const rejecting = () =>
      Promise.reject(new Error('down')).catch((error) => Promise.reject(error))
    const silenced: Provider = () => {
      const promise = rejecting()
      promise.catch(() => {})
      return promise
    }
    ends.push(await endOf(start(launch, { getAuthorization: silenced }).cos.headObject(at('k'))))
    return { ends, thrown }
  },
  {
    right: { ends: Array(3).fill('rejects'), thrown: 0 },
    wrong: { ends: Array(3).fill('never settles'), thrown: 2 },
  },
)

defect(
  22,
  'corrects the clock after a HEAD error, which has no body',
  async (launch) => {
    const later = new Date((NOW + 3600) * 1000).toUTCString()
    const { cos } = start(launch, KEY, {
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
    const provider = counting(() => temporaryKey({ StartTime: NOW + 60 }))
    const { cos } = start(launch, provider)
    for (const Key of ['a', 'b', 'c', 'd', 'e']) await endOf(cos.headObject(at(Key)))
    return provider.calls()
  },
  { right: 1, wrong: 5 },
)

const TOKEN = 'a+b/c='
const LIST_LAST =
  'q-sign-algorithm=sha1&q-ak=a&q-sign-time=1;2&q-key-time=1;2&q-signature=s&q-header-list=&q-url-param-list='
defect(
  25,
  'getObjectUrl returns the same signed URL however it is called, with its token encoded',
  async (launch) => {
    const { cos } = start(
      launch,
      counting(() => temporaryKey({ SecurityToken: TOKEN })),
    )
    await endOf(cos.headObject(at('k')))
    const returned = String(await cos.getObjectUrl(at('k')))
    const passed = await urlOf(cos, at('k'))
    const signing = start(
      launch,
      counting(() => LIST_LAST),
    )
    return {
      isSame: returned === passed,
      isSigned: returned.includes('q-signature='),
      token: /x-cos-security-token=([^&]*)/.exec(passed)?.[1],
      hasListLast: (await urlOf(signing.cos, at('k'))).includes('q-signature=s'),
    }
  },
  {
    right: {
      isSame: true,
      isSigned: true,
      token: encodeURIComponent(TOKEN),
      hasListLast: true,
    },
    wrong: { isSame: false, isSigned: false, token: TOKEN, hasListLast: false },
  },
)

defect(
  26,
  'q-url-param-list names the parameters in the order in which they are signed',
  async (launch) => {
    const { COS } = start(launch, KEY)
    const Query = { a: '1', '{': '2' }
    const signed = { ...KEY, Method: 'GET', Key: 'k', Query, Headers: { Host: 'h' } }
    const header = { Authorization: COS.getAuthorization(signed) }
    const url = 'https://h/k?a=1&%7B=2'
    return isSignatureGood({ method: 'GET', url, header } as unknown as RecordedRequest)
  },
  { right: true, wrong: false },
)

defect(
  30,
  'concurrent requests share one key request',
  async (launch) => {
    const provider = counting(() => temporaryKey())
    const { cos } = start(launch, provider)
    const calls = Array.from({ length: 20 }, (_, i) => cos.headObject(at(`${i}`)))
    await endOf(Promise.all(calls))
    return provider.calls()
  },
  { right: 1, wrong: 20 },
)

defect(
  31,
  'a call without credentials rejects and sends nothing',
  async (launch) => {
    const { cos, requests } = start(launch, {})
    return { end: await endOf(cos.headObject(at('k'))), sent: requests.length }
  },
  { right: { end: 'rejects', sent: 0 }, wrong: { end: 'resolves', sent: 1 } },
)

defect(
  37,
  'does not modify an answer that the app reuses, and caches it by scope',
  async (launch) => {
    const shared = temporaryKey({ ScopeLimit: true })
    const before = Object.keys(shared)
    const provider = counting(() => shared)
    const { cos } = start(launch, provider)
    for (const Key of ['a', 'b', 'a', 'b', 'a', 'b']) await endOf(cos.headObject(at(Key)))
    return { calls: provider.calls(), added: Object.keys(shared).length - before.length }
  },
  { right: { calls: 2, added: 0 }, wrong: { calls: 6, added: 2 } },
)

defect(
  38,
  'replaces a key that COS refuses before it expires',
  async (launch) => {
    const provider = counting((_, count) => temporaryKey({ SecurityToken: `token ${count}` }))
    const { cos } = start(launch, provider, {
      answer: (_, __, request) =>
        headerOf(request, 'x-cos-security-token') === 'token 1'
          ? { statusCode: 403, data: '<Error><Code>InvalidAccessKeyId</Code></Error>' }
          : undefined,
    })
    const ends = [await endOf(cos.getObject(at('a'))), await endOf(cos.getObject(at('b')))]
    return { ends, calls: provider.calls() }
  },
  {
    right: { ends: ['resolves', 'resolves'], calls: 2 },
    wrong: { ends: ['rejects', 'rejects'], calls: 1 },
  },
)

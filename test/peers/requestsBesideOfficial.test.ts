import fc from 'fast-check'
import { answeringPhone, uploadingPhone } from './beside/answers'
import { authParams, staticParams } from './beside/authorizations'
import { CALLS } from './beside/calls'
import {
  AT,
  asked,
  expected,
  FILES,
  INTENDED,
  KEY_PAIR,
  OTHER_INPUTS,
  told,
} from './beside/intended'
import { options } from './beside/options'
import { provider } from './beside/providers'
import {
  type Call,
  classOf,
  copyOf,
  type Params,
  type Phone,
  raise,
  run,
  type Sent,
  strike,
} from './beside/stage'
import { UPLOADS } from './beside/uploads'
import { urlParams } from './beside/urls'

/** cos-wx-sdk-v5 1.8.0 itself and our client make the same calls, under one `wx` and one clock. */

beforeAll(() => {
  jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000)
  jest.spyOn(console, 'warn').mockImplementation(() => {})
  raise()
})
afterAll(() => {
  jest.restoreAllMocks()
  strike()
})

/** How many inputs both clients were given, and for how many of them there was something to compare. */
let inputs = 0
let compared = 0

async function bothMake(call: Call, phone: (call: Call) => Phone = answeringPhone) {
  inputs++
  const official = await run('official', asked(call), phone(call))
  const ours = await run('ours', call, phone(call))
  const { sent, differences } = expected(official.sent, call)
  if (sent.length > 0) compared++
  return { official, ours, sent, differences }
}

/** A call is sent as by cos-wx-sdk-v5, to the letter, but for what the table says. */
async function expectSame(call: Call, phone?: (call: Call) => Phone) {
  const both = await bothMake(call, phone)
  expect(both.ours.sent).toEqual(both.sent)
  const { official, sent, ours } = both
  const isAllSent = sent.length > 0 && sent.length >= official.sent.length
  if (isAllSent && official.ends === 'well') expect(ours.ends).toBe('well')
  return both
}

const withKey = (method: string, params: object): Call => ({
  method,
  params: { ...AT, ...params },
  options: KEY_PAIR,
  files: FILES,
})

describe('our client sends what cos-wx-sdk-v5 sends, for any input', () => {
  test.each(Object.entries(CALLS))('%s', (method, params) =>
    fc.assert(
      fc.asyncProperty(params, async (given) => {
        await expectSame(withKey(method, given))
      }),
      { numRuns: 28 },
    ),
  )

  test.each(Object.entries(UPLOADS))('%s, request by request', (_, calls) =>
    fc.assert(
      fc.asyncProperty(calls, async (call) => {
        await expectSame(call, uploadingPhone)
      }),
      { numRuns: 20 },
    ),
  )

  test('a header in two spellings, the last of which says nothing', async () => {
    const Headers = { 'Cache-Control': 'A', 'cache-control': '' }
    await expectSame(withKey('putObject', { Key: 'a', Body: '', Headers }))
  })

  test.each(
    'headObject putObject postObject getService getBucket multipartUpload request'.split(' '),
  )('%s with any options of the constructor', (method) =>
    fc.assert(
      fc.asyncProperty(options, CALLS[method] as fc.Arbitrary<object>, async (given, params) => {
        await expectSame({ ...withKey(method, params), options: given })
      }),
      { numRuns: 30 },
    ),
  )
})

describe('our client asks for keys as cos-wx-sdk-v5 does, and uses what it is given alike', () => {
  test.each(
    'headObject putObject postObject getService getBucket putObjectCopy multipartUpload request deleteMultipleObject'.split(
      ' ',
    ),
  )('%s', (method) =>
    fc.assert(
      fc.asyncProperty(provider, CALLS[method] as fc.Arbitrary<object>, async (given, params) => {
        const call: Call = { ...withKey(method, params), options: {}, provider: given }
        const { ours, official, sent } = await expectSame(call)
        if (sent.length === 0) return
        expect(ours.asked.map(inLowerCase)).toEqual(
          official.asked.map((request) => told(request as Params, sent[0] as Sent, call)),
        )
      }),
      { numRuns: 20 },
    ),
  )
})

const inLowerCase = (request: unknown): unknown => {
  const { Headers, ...rest } = request as Params
  if (!Headers) return rest
  return {
    ...rest,
    Headers: Object.fromEntries(
      Object.entries(Headers).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  }
}

describe('getObjectUrl makes the URL that cos-wx-sdk-v5 makes', () => {
  test('with a key pair and any options', () =>
    fc.assert(
      fc.asyncProperty(options, urlParams, async (given, params) => {
        await expectSame({ ...withKey('getObjectUrl', params), options: given })
      }),
      { numRuns: 120 },
    ))

  test('with what a backend answers', () =>
    fc.assert(
      fc.asyncProperty(provider, urlParams, async (given, params) => {
        await expectSame({ ...withKey('getObjectUrl', params), options: {}, provider: given })
      }),
      { numRuns: 80 },
    ))
})

describe('a signature is that of cos-wx-sdk-v5', () => {
  const attempt = (make: () => unknown) => {
    try {
      return { signature: make() }
    } catch {
      // A lone surrogate.
      return { signature: 'none' }
    }
  }

  test('by COS.getAuthorization', () => {
    fc.assert(
      fc.property(staticParams, (params) => {
        inputs++
        compared++
        const sign = (who: 'ours' | 'official') =>
          attempt(() => classOf(who).getAuthorization(copyOf(params)))
        expect(sign('ours')).toEqual(sign('official'))
      }),
      { numRuns: 200 },
    )
  })

  test('by getAuth', () => {
    fc.assert(
      fc.property(options, authParams, ({ ForcePathStyle: _, ...given }, params) => {
        inputs++
        compared++
        const sign = (who: 'ours' | 'official') =>
          attempt(() => new (classOf(who))(copyOf(given)).getAuth(copyOf(params)))
        expect(sign('ours')).toEqual(sign('official'))
      }),
      { numRuns: 100 },
    )
  })
})

describe('an intended difference is one, and is what the table says', () => {
  test.each(INTENDED.map((difference) => [difference.reason, difference] as const))(
    '%s',
    async (reason, { example }) => {
      const { official, differences, sent } = await expectSame(example, phoneOf(example))
      expect(differences).toContain(reason)
      expect(sent).not.toEqual(official.sent)
    },
  )

  test.each(OTHER_INPUTS.map((input) => [input.reason, input] as const))(
    '%s',
    async (_, { example, concerns }) => {
      expect(concerns(example)).toBeTruthy()
      await expectSame(example, phoneOf(example))
      const plain = await run('official', example, phoneOf(example)(example))
      const ours = await run('ours', example, phoneOf(example)(example))
      expect(expected(plain.sent, example).sent).not.toEqual(ours.sent)
    },
  )
})

const phoneOf = ({ method }: Call) => (method in UPLOADS ? uploadingPhone : answeringPhone)

test('at least two thousand inputs were given to both, and sent something', () => {
  expect(inputs).toBeGreaterThanOrEqual(2500)
  expect(compared).toBeGreaterThanOrEqual(2000)
})

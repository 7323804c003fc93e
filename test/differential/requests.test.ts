import fc from 'fast-check'
import { AT } from '../support/fakePhone'
import { CALLS } from './arbitraries/calls'
import { authParams, options, provider, staticParams } from './arbitraries/options'
import { UPLOADS } from './arbitraries/uploads'
import { urlParams } from './arbitraries/values'
import {
  DEVIATIONS,
  expected,
  expectedAuthorizationInput,
  FILES,
  INPUT_DEVIATIONS,
  KEY_PAIR,
  officialInput,
} from './deviations/index'
import {
  answeringPhone,
  type Call,
  classOf,
  copyOf,
  type Params,
  type Phone,
  run,
  type Sent,
  setup,
  teardown,
  uploadingPhone,
} from './harness'

/** Runs the same calls through cos-wx-sdk-v5 1.8.0 and our client, under one `wx` and one clock. */

beforeAll(() => {
  jest.spyOn(Date, 'now').mockReturnValue(1_700_000_000_000)
  jest.spyOn(console, 'warn').mockImplementation(() => {})
  setup()
})
afterAll(() => {
  jest.restoreAllMocks()
  teardown()
})

/** Inputs given to both clients, and how many of them led to requests that could be compared. */
let inputs = 0
let compared = 0

async function bothMake(call: Call, phone: (call: Call) => Phone = answeringPhone) {
  inputs++
  const official = await run('official', officialInput(call), phone(call))
  const ours = await run('ours', call, phone(call))
  const { sent, deviations } = expected(official.sent, call)
  if (sent.length > 0) compared++
  return { official, ours, sent, deviations }
}

/** Asserts identical requests, except for the deviations listed in `deviations`. */
async function expectSame(call: Call, phone?: (call: Call) => Phone) {
  const both = await bothMake(call, phone)
  expect(both.ours.sent).toEqual(both.sent)
  const { official, sent, ours } = both
  const isAllSent = sent.length > 0 && sent.length >= official.sent.length
  if (isAllSent && official.ends === 'resolved') expect(ours.ends).toBe('resolved')
  return both
}

const withKey = (method: string, params: object): Call => ({
  method,
  params: { ...AT, ...params },
  options: KEY_PAIR,
  files: FILES,
})

describe('sends the same requests as cos-wx-sdk-v5 for any input', () => {
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

  test('a header in two spellings, of which the last is empty', async () => {
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

describe('calls getAuthorization and getSTS like cos-wx-sdk-v5, and uses their responses in the same way', () => {
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
        expect(ours.authorizationInputs.map(inLowerCase)).toEqual(
          official.authorizationInputs.map((request) =>
            expectedAuthorizationInput(request as Params, sent[0] as Sent, call),
          ),
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

describe('getObjectUrl returns the same URL as cos-wx-sdk-v5', () => {
  test('with a key pair and any options', () =>
    fc.assert(
      fc.asyncProperty(options, urlParams, async (given, params) => {
        await expectSame({ ...withKey('getObjectUrl', params), options: given })
      }),
      { numRuns: 120 },
    ))

  test('with random responses of getAuthorization', () =>
    fc.assert(
      fc.asyncProperty(provider, urlParams, async (given, params) => {
        await expectSame({ ...withKey('getObjectUrl', params), options: {}, provider: given })
      }),
      { numRuns: 80 },
    ))
})

describe('computes the same signatures as cos-wx-sdk-v5', () => {
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

describe('each deviation changes its example request as declared', () => {
  test.each(DEVIATIONS.map((deviation) => [deviation.reason, deviation] as const))(
    '%s',
    async (reason, { example }) => {
      const { official, deviations, sent } = await expectSame(example, phoneOf(example))
      expect(deviations).toContain(reason)
      expect(sent).not.toEqual(official.sent)
    },
  )

  test.each(INPUT_DEVIATIONS.map((input) => [input.reason, input] as const))(
    '%s',
    async (_, { example, appliesTo }) => {
      expect(appliesTo(example)).toBeTruthy()
      await expectSame(example, phoneOf(example))
      const plain = await run('official', example, phoneOf(example)(example))
      const ours = await run('ours', example, phoneOf(example)(example))
      expect(expected(plain.sent, example).sent).not.toEqual(ours.sent)
    },
  )
})

const phoneOf = ({ method }: Call) => (method in UPLOADS ? uploadingPhone : answeringPhone)

test('at least 2,500 inputs ran and 2,000 of them sent a request', () => {
  expect(inputs).toBeGreaterThanOrEqual(2500)
  expect(compared).toBeGreaterThanOrEqual(2000)
})

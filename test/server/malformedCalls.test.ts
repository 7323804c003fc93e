import { credentialsFunction, type Invocation, signatureFunction } from '@miniprogram-cos/server'
import { config } from '../../cos.config'
import { send } from '../support/cosRequests'
import type { FunctionAnswer } from '../support/functionCalls'
import { captureFunctionLog, environmentOf, invocationOf } from '../support/functionsInProcess'
import { useTestCloud } from '../support/testCloud'
import { ATTACKER, OWN, THEIRS } from './attacks/attack'
import { invalidDescriptions, invalidRequests, invalidScopes } from './attacks/events'
import { forgedIdentities } from './attacks/identities'

/** The functions run in this process, so that contexts can be forged in ways that no platform allows. */
const cloud = useTestCloud({
  onStsRequest: () => {
    stsCalls++
  },
})
let stsCalls = 0
let credentials: (invocation: Invocation) => Promise<FunctionAnswer>
let signature: (invocation: Invocation) => Promise<FunctionAnswer>
const lines = captureFunctionLog()

beforeAll(async () => {
  credentials = credentialsFunction(config, environmentOf(cloud))
  signature = signatureFunction(config, environmentOf(cloud))
})
beforeEach(() => {
  stsCalls = 0
})

const named = <T extends { name: string }>(list: T[]) =>
  list.map((one): [string, T] => [one.name, one])

async function refused(answer: FunctionAnswer, codes: string[]): Promise<void> {
  expect(codes).toContain(answer.error?.code)
  expect(Object.keys(answer)).toEqual(['error'])
  expect(answer.error?.retryable).toBe(false)
  expect(stsCalls).toBe(0)
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] as string)).toMatchObject({ outcome: answer.error?.code })
}

test.each(named(forgedIdentities))('both functions refuse %s', async (_, { name: __, ...call }) => {
  await refused(await credentials(call), ['KitNoIdentity'])
  lines.length = 0
  const event = { Method: 'GET', Key: `${THEIRS}x`, ...(call.event as object) }
  await refused(await signature({ ...call, event }), ['KitNoIdentity'])
})

test('COS refuses unsigned reads', async () => {
  expect((await send(cloud.cos, { path: `/${THEIRS}diary.txt` })).status).toBe(403)
})

test.each(named(invalidScopes))('cos-credentials refuses %s', async (_, { event }) => {
  const codes = ['KitScopeRefused', 'KitPathRefused', 'KitBadRequest']
  await refused(await credentials(invocationOf(ATTACKER, event)), codes)
})

test.each(named(invalidDescriptions))('cos-signature refuses %s', async (_, { event }) => {
  await refused(await signature(invocationOf(ATTACKER, event)), ['KitRequestRefused'])
})

test.each(named(invalidRequests))(
  'cos-signature refuses %s',
  async (_, { method, key, query, headers }) => {
    const event = { Method: method ?? 'GET', Key: key, Query: query, Headers: headers }
    await refused(await signature(invocationOf(ATTACKER, event)), ['KitRequestRefused'])
  },
)

test('signs the headers that own objects may have', async () => {
  const Headers = {
    'Content-Type': 'image/png',
    'Content-Length': 3,
    'x-cos-acl': 'private',
    'x-cos-meta-a': 'b',
    'x-cos-storage-class': 'STANDARD_IA',
    'x-cos-sdk-retry': 'true',
  }
  const answer = await signature(invocationOf(ATTACKER, { Method: 'PUT', Key: `${OWN}x`, Headers }))
  expect(answer.authorization).toContain(
    'q-header-list=content-length;content-type;host;x-cos-acl;x-cos-meta-a;x-cos-sdk-retry;x-cos-storage-class&',
  )
})

import { pathOf, send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { callFunction, type FunctionAnswer, sendWithKey } from '../support/functionCalls'
import {
  ATTACKER,
  type Attack,
  OWN,
  SECRET,
  scopeEvent,
  signatureEvent,
  THEIRS,
  TREASURES,
  useCountedCloud,
} from './attacks/attack'
import { REQUEST_ATTACKS } from './attacks/requests'

const ALL = Object.values(REQUEST_ATTACKS).flat()

/** The built functions and the local COS, with objects of the attacked user. */
const { cloud, sts } = useCountedCloud()
const keys = new Map<string, FunctionAnswer>()
let untouched: string[] = []
const asRoot = signedRequests(() => cloud)

beforeAll(async () => {
  for (const key of TREASURES) await asRoot('PUT', key, { body: SECRET })
  await asRoot('PUT', `${OWN}mine.txt`, { body: 'mine' })
  untouched = await ofOthers()
  for (const { as = ATTACKER } of ALL) {
    if (!keys.has(as)) keys.set(as, await callFunction(cloud, 'cos-credentials', { openid: as }))
  }
})

/** Every key that is not the attacker's, with its ETag. */
async function ofOthers(): Promise<string[]> {
  const { body } = await asRoot('GET', '')
  const objects = body.matchAll(/<Key>(.*?)<\/Key>.*?<ETag>(.*?)<\/ETag>/gs)
  return [...objects].map(([, key, etag]) => `${key} ${etag}`).filter((one) => !one.startsWith(OWN))
}

test('the corpus has at least 150 different attacks', () => {
  const names = Object.entries(REQUEST_ATTACKS).flatMap(([kind, list]) =>
    list.map(({ name }) => `${kind}: ${name}`),
  )
  expect(names.length).toBeGreaterThanOrEqual(150)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  expect(untouched).toHaveLength(TREASURES.length)
})

describe.each(Object.entries(REQUEST_ATTACKS))('%s', (_, list) => {
  test.each(
    list.flatMap((attack) => [
      { ...attack, fn: 'cos-credentials', event: scopeEvent(attack), code: 'KitScopeRefused' },
      { ...attack, fn: 'cos-signature', event: signatureEvent(attack), code: 'KitRequestRefused' },
    ]),
  )('$fn refuses: $name', async ({ as: openid = ATTACKER, fn, event, code }) => {
    const answer = await callFunction(cloud, fn, { openid }, event)
    expect(answer).toEqual({ error: expect.objectContaining({ code }) })
    expect(sts.calls).toBe(0)
  })

  test.each(list)('COS refuses the attacker’s own key: $name', async (attack) => {
    const { as = ATTACKER, isLiteral = false } = attack
    const answer = await sendWithKey(cloud, keys.get(as) as FunctionAnswer, {
      body: bodyOf(attack),
      ...attack,
    })
    expect(answer.body).not.toContain(SECRET)
    expect(answer.body).not.toContain(`<Key>${THEIRS}`)
    if (!isLiteral) expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(await ofOthers()).toEqual(untouched)
  })
})

function bodyOf({ method }: Attack): string | undefined {
  return method === 'PUT' || method === 'POST' ? 'content of the attacker' : undefined
}

test('the attacked user’s objects and the bucket’s settings are unchanged afterwards', async () => {
  for (const key of TREASURES) expect((await asRoot('GET', key)).body).toBe(SECRET)
  for (const setting of ['cors', 'policy', 'lifecycle', 'website', 'replication', 'referer']) {
    const { status } = await asRoot('GET', '', { query: { [setting]: '' } })
    expect([setting, status >= 400 || setting === 'referer']).toEqual([setting, true])
  }
})

test('the attacker’s key opens no object of another user, unsigned or without its token', async () => {
  const attacker = keys.get(ATTACKER)?.credentials
  const Authorization = signByOfficialSdk({
    SecretId: attacker?.tmpSecretId ?? '',
    SecretKey: attacker?.tmpSecretKey ?? '',
    key: `${THEIRS}diary.txt`,
  })
  const path = pathOf({ key: `${THEIRS}diary.txt` })
  const unsigned = await send(cloud.cos, { path })
  const withoutToken = await send(cloud.cos, { path, headers: { Authorization } })
  expect([unsigned.status, withoutToken.status]).toEqual([403, 403])
})

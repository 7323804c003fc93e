import { errorOf, send, signedRequests } from '../support/cosRequests'
import { type CosRequest, sendWithKey } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

const functions = functionsInProcess({
  'films/{openid}/**': { owner: ['read', 'write'], videoCovers: true },
  'private/{openid}/**': { owner: ['read', 'write'] },
})
const asRoot = signedRequests(() => functions.cloud)
const KEYS = ['films', 'private'].flatMap((folder) =>
  [ALICE, BOB].map((user) => `${folder}/${user}/1.mp4`),
)
const OWN = `films/${ALICE}/1.mp4`
const QUERY = { 'ci-process': 'snapshot', time: '1', format: 'jpg', width: '240' }

beforeAll(async () => {
  for (const key of KEYS) await asRoot('PUT', key, { body: 'no video' })
})

/** The local COS authorizes first: an object that is no video is `InvalidArgument`, or needs ffmpeg. */
const IS_PERMITTED = /InvalidArgument|NotImplemented/

describe('snapshots', () => {
  const withKey = async (key: string, event: object) => {
    const answer = await functions.credentials(ALICE, event)
    const request: CosRequest = { key, query: QUERY, headers: { Host: HOST } }
    return errorOf(await sendWithKey(functions.cloud, answer, request)).code
  }

  test.each(KEYS)(
    'with a key are permitted of own videos where the rule has videoCovers: %s',
    async (key) => {
      expect(await withKey(key, {})).toMatch(key === OWN ? IS_PERMITTED : /^AccessDenied$/)
    },
  )

  test('with a scoped key are permitted of its object only', async () => {
    await asRoot('PUT', `films/${ALICE}/2.mp4`, { body: 'no video' })
    const event = { scope: [{ action: 'name/cos:GetObject', prefix: OWN }] }
    expect(await withKey(OWN, event)).toMatch(IS_PERMITTED)
    expect(await withKey(`films/${ALICE}/2.mp4`, event)).toBe('AccessDenied')
  })

  test('with a key to write are refused', async () => {
    expect(await withKey(OWN, { verbs: ['write'] })).toBe('AccessDenied')
  })
})

describe('a signed URL of a snapshot', () => {
  const sign = (Key: string, Query: Record<string, string>, Method = 'GET') =>
    functions.signature(ALICE, { Method, Key, Query, presign: true })

  test('is issued for an own video', async () => {
    const { url } = await sign(OWN, QUERY)
    const { pathname, search } = new URL(url ?? '')
    const path = pathname + search
    const get = (given: string) =>
      send(functions.cloud.cos, { method: 'GET', path: given, headers: { Host: HOST } })
    expect(errorOf(await get(path)).code).toMatch(IS_PERMITTED)
    const changed = await get(path.replace('width=240', 'width=999'))
    expect(errorOf(changed).code).toBe('SignatureDoesNotMatch')
  })

  test.each([
    ['where the rule has no videoCovers', `private/${ALICE}/1.mp4`, QUERY, 'GET'],
    ['of a video of another user', `films/${BOB}/1.mp4`, QUERY, 'GET'],
    ['by PUT', OWN, QUERY, 'PUT'],
    ['with a parameter that is not known', OWN, { ...QUERY, output: 'x' }, 'GET'],
    ['with a value that is not known', OWN, { ...QUERY, format: 'webp' }, 'GET'],
    ['with another operation', OWN, { ...QUERY, acl: '' }, 'GET'],
    ['with another process', OWN, { ...QUERY, 'ci-process': 'ImageLabel' }, 'GET'],
  ])('is refused %s', async (_, key, query, method) => {
    expect((await sign(key, query, method)).error?.code).toBe('KitRequestRefused')
  })
})

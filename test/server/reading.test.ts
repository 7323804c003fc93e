import { errorOf, send, signedRequests } from '../support/cosRequests'
import { type CosRequest, sendWithKey, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

const functions = functionsInProcess({
  'avatars/{openid}/**': {
    owner: ['read', 'write'],
    everyone: ['read'],
    types: ['image/png', 'image/jpeg'],
  },
  'films/{openid}/**': { owner: ['read', 'write'], videoCovers: true },
  'private/{openid}/**': { owner: ['read', 'write'] },
})
const { credentials, signature } = functions
const asRoot = signedRequests(() => functions.cloud)
describe('overrides of the response: where a rule names types, an object is only read as the type it was stored with', () => {
  const avatar = `avatars/${ALICE}/me.png`
  const note = `private/${ALICE}/note`

  beforeAll(async () => {
    for (const key of [avatar, note]) {
      await asRoot('PUT', key, { body: '<script>', headers: { 'Content-Type': 'image/png' } })
    }
  })

  const ALL = {
    'response-cache-control': 'no-store',
    'response-content-disposition': 'attachment; filename="me.png"',
  }

  test.each<[string, Record<string, string>]>([
    ['as HTML', { 'response-content-type': 'text/html' }],
    ['as SVG', { 'response-content-type': 'image/svg+xml' }],
    ['as nothing', { 'response-content-type': '' }],
    ['as the type it has', { 'response-content-type': 'image/png' }],
  ])('cos-signature refuses reading an object %s', async (_, Query) => {
    for (const presign of [false, true]) {
      const { error } = await signature(BOB, { Method: 'GET', Key: avatar, Query, presign })
      expect(error).toMatchObject({
        code: 'KitRequestRefused',
        message: expect.stringContaining('response-content-type'),
        rule: 'avatars/{openid}/**',
      })
    }
  })

  test.each(['inline', 'INLINE; filename="x.html"', 'inlineattachment', ''])(
    'cos-signature refuses the disposition %j',
    async (disposition) => {
      const Query = { 'response-content-disposition': disposition }
      const { error } = await signature(BOB, { Method: 'GET', Key: avatar, Query })
      expect(error?.message).toContain('response-content-disposition may only be attachment')
    },
  )

  test('other overrides still work', async () => {
    const Headers = { Host: HOST }
    const answer = await signature(BOB, { Method: 'GET', Key: avatar, Query: ALL, Headers })
    const { status, headers } = await sendWithSignature(functions.cloud, answer, {
      key: avatar,
      query: ALL,
    })
    expect([status, headers['content-type']]).toEqual([200, 'image/png'])
  })

  test.each([
    ['everything', undefined],
    ['a scope', { scope: [{ action: 'name/cos:GetObject', prefix: avatar }] }],
    ['a path', { paths: [`avatars/${ALICE}/`], verbs: ['read'] }],
  ])('a key for %s cannot override the type', async (_, event) => {
    const key = await credentials(BOB, event)
    const read = (query: Record<string, string>) =>
      sendWithKey(functions.cloud, key, { key: avatar, query })
    for (const type of ['text/html', 'image/svg+xml', 'none', '']) {
      expect([type, (await read({ 'response-content-type': type })).status]).toEqual([type, 403])
    }
    expect((await read(ALL)).headers['content-type']).toBe('image/png')
  })

  test('a rule without types allows overrides', async () => {
    const query = { 'response-content-type': 'text/plain' }
    const Headers = { Host: HOST }
    const answer = await signature(ALICE, { Method: 'GET', Key: note, Query: query, Headers })
    const { headers } = await sendWithSignature(functions.cloud, answer, { key: note, query })
    expect(headers['content-type']).toBe('text/plain')
    expect(
      (await sendWithKey(functions.cloud, await credentials(ALICE), { key: note, query })).status,
    ).toBe(200)
  })
})

describe('snapshots of videos', () => {
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

  describe('a key', () => {
    const withKey = async (key: string, event: object) => {
      const answer = await functions.credentials(ALICE, event)
      const request: CosRequest = { key, query: QUERY, headers: { Host: HOST } }
      return errorOf(await sendWithKey(functions.cloud, answer, request)).code
    }

    test.each(KEYS)('takes pictures of own videos where the rule permits it: %s', async (key) => {
      expect(await withKey(key, {})).toMatch(key === OWN ? IS_PERMITTED : /^AccessDenied$/)
    })

    test('for one object takes pictures of this one', async () => {
      await asRoot('PUT', `films/${ALICE}/2.mp4`, { body: 'no video' })
      const event = { scope: [{ action: 'name/cos:GetObject', prefix: OWN }] }
      expect(await withKey(OWN, event)).toMatch(IS_PERMITTED)
      expect(await withKey(`films/${ALICE}/2.mp4`, event)).toBe('AccessDenied')
    })

    test('to write takes none', async () => {
      expect(await withKey(OWN, { verbs: ['write'] })).toBe('AccessDenied')
    })
  })

  describe('a signed URL', () => {
    const sign = (Key: string, Query: Record<string, string>, Method = 'GET') =>
      functions.signature(ALICE, { Method, Key, Query, presign: true })

    test('takes a picture of an own video', async () => {
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
})

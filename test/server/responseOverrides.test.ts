import { signedRequests } from '../support/cosRequests'
import { sendWithKey, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

const functions = functionsInProcess({
  'avatars/{openid}/**': {
    owner: ['read', 'write'],
    everyone: ['read'],
    types: ['image/png', 'image/jpeg'],
  },
  'private/{openid}/**': { owner: ['read', 'write'] },
})
const { credentials, signature } = functions
const asRoot = signedRequests(() => functions.cloud)

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
])('a rule with types: cos-signature refuses to read an object %s', async (_, Query) => {
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
  'a rule with types: cos-signature refuses the disposition %j',
  async (disposition) => {
    const Query = { 'response-content-disposition': disposition }
    const { error } = await signature(BOB, { Method: 'GET', Key: avatar, Query })
    expect(error?.message).toContain('response-content-disposition may only be attachment')
  },
)

test('a rule with types permits other overrides', async () => {
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
])('a rule with types: a key for %s cannot override the type', async (_, event) => {
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

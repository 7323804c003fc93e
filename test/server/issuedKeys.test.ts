import { type CosConfig, credentialsFunction } from '@miniprogram-cos/server'
import { config as standard } from '../../cos.config'
import {
  type CosRequest,
  type FunctionAnswer,
  sendWithKey,
  sendWithSignature,
} from '../support/functionCalls'
import {
  AVATARS,
  environmentOf,
  functionsInProcess,
  invocationOf,
} from '../support/functionsInProcess'
import { ALICE, BOB, BUCKET, HOST, REGION } from '../support/testCloud'

/** Rules that use every field. */
const functions = functionsInProcess<'editors'>(
  {
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
    'avatars/{openid}/**': AVATARS,
    'inbox/{openid}/**': { owner: ['read', 'write'], names: 'server' },
    'records/{openid}/**': { owner: ['read', 'write'], overwrite: false },
    'news/**': { everyone: ['read'], groups: { editors: ['read', 'write', 'delete', 'list'] } },
  },
  { editors: [BOB, 'union0123456789-_abcdefghijk'] },
)
const { credentials: ask, signature } = functions

const status = async (answer: FunctionAnswer, request: CosRequest) =>
  (await sendWithKey(functions.cloud, answer, request)).status
const put = (key: string, type?: string, body = 'x'): CosRequest => ({
  method: 'PUT',
  key,
  body,
  headers: { 'Content-Length': String(body.length), ...(type ? { 'Content-Type': type } : {}) },
})

describe('a key for all grants', () => {
  test('enforces size and type', async () => {
    const key = await ask(ALICE)
    const at = `avatars/${ALICE}/me`
    expect(await status(key, put(at, 'image/png'))).toBe(200)
    expect(await status(key, put(at, 'text/html'))).toBe(403)
    expect(await status(key, put(at))).toBe(403)
    // Browsers take the last of several types.
    expect(await status(key, put(at, 'image/x,text/html'))).toBe(403)
    expect(await status(key, put(at, 'image/x, text/html'))).toBe(403)
    expect(await status(key, put(at, 'image/png', 'x'.repeat(1024)))).toBe(200)
    expect(await status(key, put(at, 'image/png', 'x'.repeat(1025)))).toBe(403)
    expect(await status(key, { method: 'POST', key: at, query: { uploads: '' } })).toBe(403)
    expect(await status(await ask(BOB), { key: at })).toBe(200)
    expect(await status(await ask(BOB), put(at, 'image/png'))).toBe(403)
  })

  test('does not limit the content of a copy, as documented in the README', async () => {
    const key = await ask(ALICE)
    const source = put(`private/${ALICE}/page`, 'text/html', 'x'.repeat(2000))
    expect(await status(key, source)).toBe(200)
    const headers = {
      'x-cos-copy-source': `${HOST}/${source.key}`,
      'Content-Length': '0',
      'Content-Type': 'image/png',
    }
    expect(await status(key, { method: 'PUT', key: `avatars/${ALICE}/copy`, headers })).toBe(200)
  })

  test('cannot make an object public', async () => {
    const key = await ask(ALICE)
    const open = put(`private/${ALICE}/x`)
    open.headers = { ...open.headers, 'x-cos-acl': 'public-read' }
    expect(await status(key, open)).toBe(403)
  })

  test('permits what groups may do, by OPENID or UNIONID', async () => {
    expect(await status(await ask(BOB), put('news/1'))).toBe(200)
    expect(await status(await ask(ALICE), put('news/1'))).toBe(403)
    expect(await status(await ask(ALICE), { key: 'news/1' })).toBe(200)
    const unionid = 'union0123456789-_abcdefghijk'
    const other = 'oCarol0123456789-_abcdefghij'
    const member = await functions.invokeCredentials(invocationOf(other, {}, { unionid }))
    expect(await status(member, put('news/2'))).toBe(200)
    const forged = invocationOf(other, {}, { unionid })
    const unverified = await functions.invokeCredentials({
      ...forged,
      wxContext: { OPENID: other },
    })
    expect(await status(unverified, put('news/2'))).toBe(403)
  })

  test('leaves out rules that no policy can express', async () => {
    const key = await ask(ALICE)
    expect(await status(key, put(`inbox/${ALICE}/mine`))).toBe(403)
    expect(await status(key, put(`records/${ALICE}/1`))).toBe(403)
  })
})

describe('a key for a scope', () => {
  const scope = (action: string, prefix: string) => ({
    scope: [{ action: `name/cos:${action}`, bucket: BUCKET, region: REGION, prefix }],
  })

  test('accepts a single entry without a list, as in Tencent’s samples', async () => {
    const prefix = `private/${ALICE}/one`
    const key = await ask(ALICE, { scope: scope('PutObject', prefix).scope[0] })
    expect(key.scopeLimit).toBe(true)
    expect(await status(key, put(prefix))).toBe(200)
    expect(await status(key, { key: prefix })).toBe(403)
  })

  test('includes the conditions of the rule', async () => {
    const at = `avatars/${ALICE}/me`
    const key = await ask(ALICE, scope('PutObject', at))
    expect(await status(key, put(at, 'image/png'))).toBe(200)
    expect(await status(key, put(at, 'text/html'))).toBe(403)
  })

  test.each([
    ['InitiateMultipartUpload', `avatars/${ALICE}/me`, 'limits the size', 'avatars/{openid}/**'],
    ['PutObject', `inbox/${ALICE}/mine`, 'choose the names', 'inbox/{openid}/**'],
    ['PutObject', `records/${ALICE}/1`, 'overwrite: false', 'records/{openid}/**'],
    ['PutObject', 'news/1', 'grants write only to editors', 'news/**'],
    ['GetObject', `private/${BOB}/x`, 'grants read only to owner', 'private/{openid}/**'],
    ['GetObject', 'elsewhere/x', 'no path of cos.config.ts covers it', undefined],
  ])('refuses %s of %s with a reason: %s', async (action, prefix, why, rule) => {
    const { error } = await ask(ALICE, scope(action, prefix))
    expect(error).toMatchObject({ code: 'KitScopeRefused', message: expect.stringContaining(why) })
    expect(error?.message).toContain('scope[0]')
    expect(error?.rule).toBe(rule)
  })
})

test('refuses a policy that exceeds STS’s limit without calling STS', async () => {
  const scope = Array.from({ length: 50 }, (_, i) => ({
    action: 'name/cos:GetObject',
    prefix: `private/${ALICE}/${'x'.repeat(200)}${i}`,
  }))
  const { error } = await ask(ALICE, { scope })
  expect(error).toMatchObject({
    code: 'KitPolicyTooLong',
    message: expect.stringMatching(/would have \d+ characters; STS accepts 6144/),
  })
})

test('refuses callers if no key can be limited to their grants', async () => {
  const access = { 'records/{openid}/**': { owner: ['write' as const], overwrite: false as const } }
  const own = { ...standard, access } as CosConfig
  const answer = await credentialsFunction(own, environmentOf(functions.cloud))(invocationOf(ALICE))
  expect(answer).toMatchObject({ error: { code: 'KitNothingGranted' } })
})

describe('a narrower key by choice', () => {
  test('by verbs', async () => {
    const key = await ask(ALICE, { verbs: ['read'] })
    await sendWithKey(functions.cloud, await ask(ALICE), put(`private/${ALICE}/r`))
    expect(await status(key, { key: `private/${ALICE}/r` })).toBe(200)
    expect(await status(key, put(`private/${ALICE}/r`))).toBe(403)
  })

  test('by paths, within the grants', async () => {
    const key = await ask(ALICE, { paths: ['private/{openid}/2024/'], verbs: ['write', 'list'] })
    expect(await status(key, put(`private/${ALICE}/2024/x`))).toBe(200)
    expect(await status(key, put(`private/${ALICE}/2025/x`))).toBe(403)
    expect(await status(key, { query: { prefix: `private/${ALICE}/2024/` } })).toBe(200)
    expect(await status(key, { query: { prefix: `private/${ALICE}/` } })).toBe(403)
    expect(await status(key, { key: `private/${ALICE}/2024/x` })).toBe(403)
  })

  test('refuses more than the grants, naming the path and the rule', async () => {
    expect((await ask(ALICE, { paths: ['news/'], verbs: ['read', 'write'] })).error).toEqual({
      code: 'KitPathRefused',
      message:
        'paths[0] is refused: no rule lets you write "news/": access["news/**"] grants write only to editors',
      retryable: false,
      rule: 'news/**',
    })
  })
})

describe('server-generated names', () => {
  test('a key for one new object of this user', async () => {
    const answer = await ask(ALICE, { create: { path: `inbox/${ALICE}/`, extension: 'jpg' } })
    expect(answer.key).toMatch(new RegExp(`^inbox/${ALICE}/[0-9a-f]{56}\\.jpg$`))
    expect(await status(answer, put(answer.key as string))).toBe(200)
    expect(await status(answer, put(`inbox/${ALICE}/another`))).toBe(403)
    const again = await ask(ALICE, { create: { path: `inbox/${ALICE}/`, extension: 'jpg' } })
    expect(again.key).not.toBe(answer.key)
  })

  test('cos-signature signs only for names that it generated', async () => {
    const folder = `inbox/${ALICE}/`
    const { key = '' } = await signature(ALICE, { create: { path: folder } })
    const sign = (Key: string, openid = ALICE) =>
      signature(openid, { Method: 'PUT', Key, Headers: { Host: HOST } })
    const sent = await sendWithSignature(functions.cloud, await sign(key), put(key))
    expect(sent.status).toBe(200)
    const changed = key.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    for (const other of [
      `${folder}mine`,
      changed,
      `${key}.jpg`,
      key.replace(folder, `${folder}a/`),
    ]) {
      expect((await sign(other)).error?.message).toContain('choose the names')
    }
    const ofBob = key.replace(ALICE, BOB)
    expect((await sign(ofBob, BOB)).error?.message).toContain('choose the names')
  })
})

describe('cos-signature enforces limits', () => {
  const sign = (event: object) => signature(ALICE, event)
  const at = `avatars/${ALICE}/me`

  test('on size and type, by the signing key', async () => {
    const answer = await sign({ Method: 'PUT', Key: at })
    expect((await sendWithSignature(functions.cloud, answer, put(at, 'image/png'))).status).toBe(
      200,
    )
    expect((await sendWithSignature(functions.cloud, answer, put(at, 'text/html'))).status).toBe(
      403,
    )
    const listed = put(at, 'image/x,text/html')
    expect((await sendWithSignature(functions.cloud, answer, listed)).status).toBe(403)
    const large = put(at, 'image/png', 'x'.repeat(1025))
    expect((await sendWithSignature(functions.cloud, answer, large)).status).toBe(403)
  })

  test.each<[string, object]>([
    ['at most 1024 bytes', { Method: 'PUT', Key: at, Headers: { 'Content-Length': 1025 } }],
    ['at most 1024 bytes', { Method: 'PUT', Key: at, Headers: { 'Content-Length': '1e3' } }],
    ['allows only', { Method: 'PUT', Key: at, Headers: { 'Content-Type': 'text/html' } }],
    ['allows only', { Method: 'PUT', Key: at, Headers: { 'Content-Type': 'image/x,text/html' } }],
    [
      'cannot be checked for a multipart upload',
      { Method: 'POST', Key: at, Query: { uploads: '' } },
    ],
    [
      'cannot be checked for a multipart upload',
      { Method: 'PUT', Key: at, Query: { partNumber: 1, uploadId: 'u' } },
    ],
    [
      'cannot be checked for a copy',
      { Method: 'PUT', Key: at, Headers: { 'x-cos-copy-source': `${HOST}/private/${ALICE}/x` } },
    ],
    ['forbids overwriting', { Method: 'PUT', Key: `records/${ALICE}/1` }],
    ['forbids overwriting', { Method: 'POST', Key: `records/${ALICE}/1`, Query: { uploads: '' } }],
    [
      'forbids overwriting',
      { Method: 'PUT', Key: `records/${ALICE}/1`, Headers: { 'x-cos-forbid-overwrite': 'false' } },
    ],
  ])('refuses a request that exceeds them: %s', async (why, event) => {
    const { error } = await sign(event)
    expect(error).toMatchObject({
      code: 'KitRequestRefused',
      message: expect.stringContaining(why),
      rule: expect.stringContaining('{openid}/**'),
    })
  })

  test('signs the header that forbids overwriting', async () => {
    const Headers = { 'x-cos-forbid-overwrite': 'true' }
    const answer = await sign({ Method: 'PUT', Key: `records/${ALICE}/1`, Headers })
    expect(answer.authorization).toContain('q-header-list=host;x-cos-forbid-overwrite&')
  })
})

test('refuses calls from other mini programs than the configured one', async () => {
  const own = { ...standard, appid: 'wx1111111111111111' } as CosConfig
  const answer = await credentialsFunction(own, environmentOf(functions.cloud))(invocationOf(ALICE))
  expect(answer).toMatchObject({ error: { code: 'KitNoIdentity' } })
})

import { checkConfig, grantsOf } from '@miniprogram-cos/server'
import { formPolicy } from '../../packages/server/src/policy'
import { errorOf, postForm, signedRequests } from '../support/cosRequests'
import { AVATARS, functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, BUCKET, HOST, REGION } from '../support/testCloud'

const functions = functionsInProcess({
  'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
  'avatars/{openid}/**': AVATARS,
  'inbox/{openid}/**': { owner: ['write'], names: 'server' },
  'records/{openid}/**': { owner: ['write'], overwrite: false },
  'news/**': { everyone: ['read'] },
})
const ask = (event: unknown, openid = ALICE) => functions.signature(openid, event)

const signed = signedRequests(() => functions.cloud)

async function post(formData: Record<string, string>, file: string) {
  const response = await postForm(functions.cloud, formData, file)
  return response.status === 200 ? 'uploaded' : errorOf(response).code
}

const photo = { Key: `avatars/${ALICE}/me.png`, ContentType: 'image/png' }
const formOf = async (form: object) => (await ask({ form })).formData ?? {}

test('a form uploads one file under its key and type', async () => {
  const answer = await ask({ form: photo })
  expect(answer).toMatchObject({ url: `https://${HOST}/`, prefix: `private/${ALICE}/` })
  expect(await post(answer.formData ?? {}, 'picture')).toBe('uploaded')
  const { body, headers } = await signed('GET', photo.Key)
  expect([body, headers['content-type']]).toEqual(['picture', 'image/png'])
})

test('a form can be reused for its key, and for no other', async () => {
  const form = await formOf({ Key: `private/${ALICE}/一 1`, expires: 60 })
  expect(await post(form, 'first')).toBe('uploaded')
  expect(await post(form, 'second')).toBe('uploaded')
  expect(await post({ ...form, key: `private/${ALICE}/other` }, 'x')).toBe('AccessDenied')
  expect(await post({ ...form, key: `private/${BOB}/1` }, 'x')).toBe('AccessDenied')
})

test.each([
  ['another type', { 'Content-Type': 'text/html' }],
  ['public', { acl: 'public-read' }],
  ['another period', { 'q-key-time': '1;9999999999' }],
])('signed fields cannot be changed: %s', async (_, change) => {
  const form = await formOf(photo)
  expect(await post({ ...form, ...change }, 'x')).not.toBe('uploaded')
})

test.each(['acl', 'Content-Type', 'success_action_status'])(
  'signed fields cannot be left out: %s',
  async (name) => {
    const { [name]: _, ...form } = await formOf(photo)
    expect(await post(form, 'x')).toBe('AccessDenied')
  },
)

/** Fields that change how an object is stored or read. */
const STORED = {
  'Cache-Control': 'public, max-age=31536000',
  'Content-Disposition': 'inline',
  'Content-Encoding': 'gzip',
  Expires: 'Wed, 01 Jan 2031 00:00:00 GMT',
  'x-cos-storage-class': 'DEEP_ARCHIVE',
  'x-cos-tagging': 'owner=nobody',
  'Content-Language': 'zz',
  'x-cos-website-redirect-location': '/elsewhere',
  'x-cos-acl': 'public-read',
  success_action_redirect: 'https://example.com/',
  'x-cos-grant-read': 'id="100000000009"',
  'x-cos-grant-full-control': 'id="100000000009"',
}

test.each(Object.entries(STORED))(
  'fields that were not requested are refused: %s',
  async (name, value) => {
    const form = await formOf(photo)
    expect(await post({ ...form, [name]: value }, 'x')).toBe('AccessDenied')
    const { [name]: _, ...without } = form
    expect(await post(without, 'x')).toBe('AccessDenied')
  },
)

test.each([
  ['1.png', 'image/png'],
  ['1', 'application/octet-stream'],
  ['page.html', 'application/octet-stream'],
  ['drawing.svg', 'application/octet-stream'],
])('without ContentType, a form accepts %s as %s only', async (name, type) => {
  const Key = `private/${ALICE}/${name}`
  const form = await formOf({ Key })
  expect(await post({ ...form, 'Content-Type': 'text/html' }, 'x')).toBe('AccessDenied')
  expect(await post(form, 'x')).toBe('uploaded')
  expect((await signed('GET', Key)).headers['content-type']).toBe(type)
})

test('the key that signs forms permits forms only', () => {
  const { rules } = checkConfig(functions.config)
  const grant = grantsOf(rules, { openid: ALICE, groups: [] }).find(({ verb }) => verb === 'write')
  const { statement } = formPolicy(grant as NonNullable<typeof grant>, {
    bucket: BUCKET,
    region: REGION,
  })
  expect(statement.map(({ action }) => action)).toEqual([['name/cos:PostObject']])
})

test('every field of a form is a condition of its policy', async () => {
  const form = await formOf({ Key: `private/${ALICE}/x` })
  const policy = JSON.parse(Buffer.from(form.policy ?? '', 'base64').toString()) as {
    conditions: object[]
  }
  const names = Object.keys(form).filter((name) => !/^(policy|q-|x-cos-security-token)/.test(name))
  for (const name of names) {
    expect(policy.conditions).toContainEqual({ [name]: form[name] })
  }
})

test('COS enforces the rule’s size', async () => {
  const form = await formOf(photo)
  expect(await post(form, 'x'.repeat(1024))).toBe('uploaded')
  expect(await post(form, 'x'.repeat(1025))).not.toBe('uploaded')
})

test('accepts server-generated names if the rule requires them', async () => {
  const { key } = await ask({ create: { path: `inbox/${ALICE}/`, extension: 'jpg' } })
  expect(await post(await formOf({ Key: key }), 'x')).toBe('uploaded')
})

test('is valid for the requested time only', async () => {
  const { expiredTime } = await ask({ form: { ...photo, expires: 60 } })
  const seconds = Number(expiredTime) - Date.now() / 1000
  expect(seconds).toBeGreaterThan(50)
  expect(seconds).toBeLessThanOrEqual(60)
})

test.each([
  ['grants write only to owner', { Key: `private/${BOB}/x` }],
  ['grants write to nobody', { Key: 'news/1' }],
  ['no rule', { Key: 'elsewhere/1' }],
  ['allows only', { Key: photo.Key }],
  ['allows only', { ...photo, ContentType: 'text/html' }],
  ['a form cannot enforce', { Key: `records/${ALICE}/1` }],
  ['choose the names', { Key: `inbox/${ALICE}/mine` }],
  ['must be a type such as', { Key: `private/${ALICE}/x`, ContentType: 'a/b\r\nx: y' }],
  ['no field', { ...photo, acl: 'public-read' }],
  ['1 to 900', { ...photo, expires: 901 }],
  ['needs a Key', {}],
  ['must be an object', ['x']],
  ['', { Key: `private/${ALICE}/../${BOB}/x` }],
])('refuses: %s', async (why, form) => {
  const { error, formData } = await ask({ form })
  expect(error).toMatchObject({
    code: 'KitRequestRefused',
    message: expect.stringContaining(why),
  })
  expect(formData).toBeUndefined()
})

test('fields of two forms cannot be combined', async () => {
  const mine = await formOf({ Key: `private/${ALICE}/x` })
  const bobs = (await ask({ form: { Key: `private/${BOB}/x` } }, BOB)).formData
  const mixed = { ...mine, ...bobs, key: mine.key as string }
  expect(await post(mixed, 'x')).not.toBe('uploaded')
})

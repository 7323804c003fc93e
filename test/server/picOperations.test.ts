import { STRICT_SIGNATURE } from '@miniprogram-cos/server'
import sharp from 'sharp'
import { errorOf, objectsOf, postForm, send, signedRequests } from '../support/cosRequests'
import { type CosRequest, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

/** `Pic-Operations`, added to a request after it was signed, names further objects to write. */
const functions = functionsInProcess({
  'drop/{openid}/**': { everyone: ['write'], names: 'server' },
  'records/{openid}/**': { owner: ['read', 'write'], overwrite: false },
  'avatars/{openid}/**': {
    owner: ['write'],
    everyone: ['read'],
    maxSize: '20 KB',
    types: ['image/png'],
  },
  'films/{openid}/**': { owner: ['write'], types: ['image/png'] },
  'private/{openid}/**': { owner: ['read', 'write'] },
})
const asRoot = signedRequests(() => functions.cloud)
const NO_OVERWRITE = { 'x-cos-forbid-overwrite': 'true' }

let png: string
let picture: Buffer
beforeAll(async () => {
  picture = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#f00' } })
    .png()
    .toBuffer()
  png = picture as unknown as string
})

const processing = (fileid: string) => ({
  'Pic-Operations': JSON.stringify({ rules: [{ fileid, rule: 'imageMogr2/format/jpg' }] }),
})

const sign = (openid: string, { method = 'GET', key = '', query = {}, headers }: CosRequest) =>
  functions.signature(openid, {
    Method: method,
    Key: key,
    Query: query,
    Headers: { Host: HOST, ...headers },
  })

/** Signs a request, adds `Pic-Operations` to it, and sends it. */
async function addProcessing(openid: string, request: CosRequest, fileid: string) {
  const answer = await sign(openid, request)
  const headers = { Host: HOST, ...request.headers, ...processing(fileid) }
  return errorOf(await sendWithSignature(functions.cloud, answer, { ...request, headers })).code
}

const put = (key: string, headers: Record<string, string> = {}): CosRequest => ({
  method: 'PUT',
  key,
  headers: { 'Content-Type': 'image/png', ...headers },
  body: png,
})

const serverName = async (openid: string) =>
  (await functions.signature(openid, { create: { path: `drop/${ALICE}/`, extension: 'png' } }))
    .key as string

const { contentOf } = objectsOf(asRoot)

/** Whoever adds the header after signing cannot write an object that the rule keeps. */
function refusesUnsignedProcessing() {
  test('where the server chooses the names, another user’s object is unchanged', async () => {
    const victim = `drop/${ALICE}/victim`
    await asRoot('PUT', victim, { body: 'of Alice' })
    const request = put(await serverName(BOB))
    expect(await addProcessing(BOB, request, `/${victim}`)).toBe('AccessDenied')
    expect(await contentOf(victim)).toBe('of Alice')
  })

  test('where overwriting is forbidden, by PUT', async () => {
    const record = `records/${ALICE}/1`
    await asRoot('PUT', record, { body: 'record' })
    const request = put(`records/${ALICE}/${Date.now()}.png`, NO_OVERWRITE)
    expect(await addProcessing(ALICE, request, `/${record}`)).toBe('AccessDenied')
    expect(await contentOf(record)).toBe('record')
  })

  test('where overwriting is forbidden, by a presigned PUT', async () => {
    const record = `records/${ALICE}/2`
    await asRoot('PUT', record, { body: 'record' })
    const { url } = await functions.signature(ALICE, {
      Method: 'PUT',
      Key: `records/${ALICE}/presigned-${Date.now()}.png`,
      Headers: { Host: HOST, ...NO_OVERWRITE },
      presign: true,
    })
    const { pathname, search } = new URL(url ?? '')
    const answer = await send(functions.cloud.cos, {
      method: 'PUT',
      path: pathname + search,
      headers: { Host: HOST, ...NO_OVERWRITE, ...processing(`/${record}`) },
      body: png,
    })
    expect(errorOf(answer).code).toBe('AccessDenied')
    expect(await contentOf(record)).toBe('record')
  })

  test.each(['another object', 'the object itself'])(
    'by the completion of an upload in parts: %s',
    async (what) => {
      const key = `records/${ALICE}/parts-${Date.now()}.png`
      const record = what === 'another object' ? `records/${ALICE}/3` : key
      await asRoot('PUT', `records/${ALICE}/3`, { body: 'record' })
      const sendSigned = async (request: CosRequest) =>
        sendWithSignature(functions.cloud, await sign(ALICE, request), {
          ...request,
          headers: { Host: HOST, ...request.headers },
        })
      const begun = await sendSigned({
        method: 'POST',
        key,
        query: { uploads: '' },
        headers: { 'Content-Type': 'image/png', ...NO_OVERWRITE },
      })
      const [, uploadId = ''] = /<UploadId>([^<]+)/.exec(begun.body) ?? []
      const query = { partNumber: '1', uploadId }
      const part = await sendSigned({ method: 'PUT', key, query, body: png })
      const completion: CosRequest = {
        method: 'POST',
        key,
        query: { uploadId },
        headers: NO_OVERWRITE,
        body: `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`,
      }
      expect(await addProcessing(ALICE, completion, `/${record}`)).toBe('AccessDenied')
      expect(await contentOf(`records/${ALICE}/3`)).toBe('record')
      expect((await sendSigned(completion)).status).toBe(200)
    },
  )

  test('where size and type are limited, another object', async () => {
    const name = `avatars/${ALICE}/large.jpg`
    expect(await addProcessing(ALICE, put(`avatars/${ALICE}/1.png`), `/${name}`)).toBe(
      'AccessDenied',
    )
    expect(await contentOf(name)).toBe(404)
  })
}

describe('added to a signed request', () => {
  refusesUnsignedProcessing()
})

test('added to a form, it writes no other object', async () => {
  const victim = `drop/${ALICE}/victim`
  await asRoot('PUT', victim, { body: 'of Alice' })
  const { formData = {} } = await functions.signature(BOB, {
    form: { Key: await serverName(BOB), ContentType: 'image/png' },
  })
  const answer = await postForm(functions.cloud, { ...formData, ...processing(`/${victim}`) })
  expect(errorOf(answer).code).toBe('AccessDenied')
  expect(await contentOf(victim)).toBe('of Alice')
})

test.each(['a*b', 'a?b', 'a\\b'])(
  'a key that no policy can name exactly is refused where uploads are limited: %s',
  async (name) => {
    const refusal = {
      code: 'KitRequestRefused',
      message: expect.stringMatching(/cannot name a key that contains .* exactly/),
    }
    expect((await sign(ALICE, put(`films/${ALICE}/${name}`))).error).toMatchObject(refusal)
    const form = { Key: `films/${ALICE}/${name}`, ContentType: 'image/png' }
    expect((await functions.signature(ALICE, { form })).error).toMatchObject(refusal)
    expect((await sign(ALICE, put(`private/${ALICE}/${name}`))).error).toBeUndefined()
  },
)

test('signs more limited uploads a minute than keysPerMinute, each with a key of its own', async () => {
  const upload = (i: number) => sign(BOB, put(`films/${BOB}/${i}.png`))
  const tokens = new Set<string | undefined>()
  for (let i = 0; i < 40; i++) tokens.add((await upload(i)).sessionToken)
  expect(tokens.size).toBe(40)
  expect(tokens).toContain((await upload(39)).sessionToken)
})

describe('with strict signature mode', () => {
  beforeAll(async () => {
    const query = { 'strict-signature': '' }
    await asRoot('PUT', '', { query, body: STRICT_SIGNATURE })
  })
  refusesUnsignedProcessing()

  test('it must be signed where the rule limits nothing', async () => {
    const request = put(`private/${ALICE}/1.png`)
    expect(await addProcessing(ALICE, request, '2.jpg')).toBe('AccessDenied')
    const { body, headers } = put('root.png', processing('root.jpg'))
    expect((await asRoot('PUT', 'root.png', { body, headers })).status).toBe(200)
  })
})

import { signedRequests } from '../support/cosRequests'
import { type CosRequest, sendWithKey, sendWithSignature } from '../support/functionCalls'
import { functionsInProcess } from '../support/functionsInProcess'
import { ALICE, BOB, HOST } from '../support/testCloud'

/** Uploads in progress: listing them belongs to `list`, and other users can neither see nor change them. */
const functions = functionsInProcess<'editors'>(
  {
    'drop/{openid}/**': { everyone: ['write'], names: 'server' },
    'wall/{openid}/**': { owner: ['write'], everyone: ['write'] },
    'desk/{openid}/**': { groups: { editors: ['write'] } },
    'board/**': { everyone: ['write', 'list'] },
    'mine/{openid}/**': { owner: ['write'] },
  },
  { editors: [BOB] },
)
const { credentials, signature } = functions
const asRoot = signedRequests(() => functions.cloud)
const uploads = new Map<string, string>()

beforeAll(async () => {
  for (const folder of ['drop', 'wall', 'desk', 'mine']) {
    const key = `${folder}/${ALICE}/secret name`
    const { body } = await asRoot('POST', key, { query: { uploads: '' } })
    uploads.set(key, /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '')
  }
})

const listOf = (prefix: string): CosRequest => ({ query: { uploads: '', prefix } })
const sign = (openid: string, { method = 'GET', key = '', query = {} }: CosRequest) =>
  signature(openid, { Method: method, Key: key, Query: query, Headers: { Host: HOST } })

test.each(['drop', 'wall', 'desk', 'mine'])(
  'other users cannot list uploads in %s, by key, scope or signature',
  async (folder) => {
    for (const prefix of [`${folder}/${ALICE}/`, `${folder}/`, `${folder}/${ALICE}/secret`]) {
      const key = await credentials(BOB)
      expect((await sendWithKey(functions.cloud, key, listOf(prefix))).status).toBe(403)
      const scope = [{ action: 'name/cos:ListMultipartUploads', prefix }]
      expect((await credentials(BOB, { scope })).error?.code).toBe('KitScopeRefused')
      expect((await sign(BOB, listOf(prefix))).error).toMatchObject({
        code: 'KitRequestRefused',
        message: expect.stringContaining('list'),
      })
    }
  },
)

test('listing uploads is part of list', async () => {
  const request = listOf('board/')
  expect((await sendWithKey(functions.cloud, await credentials(BOB), request)).status).toBe(200)
  expect((await sendWithSignature(functions.cloud, await sign(BOB, request), request)).status).toBe(
    200,
  )
})

test.each(['mine', 'wall'])('an owner who may write can list own uploads in %s', async (folder) => {
  const request = listOf(`${folder}/${ALICE}/`)
  const byKey = await sendWithKey(functions.cloud, await credentials(ALICE), request)
  expect(byKey.body).toContain('secret name')
  const bySignature = await sendWithSignature(functions.cloud, await sign(ALICE, request), request)
  expect(bySignature.body).toContain('secret name')
  const scope = [{ action: 'name/cos:ListMultipartUploads', prefix: `${folder}/${ALICE}/` }]
  expect(
    (await sendWithKey(functions.cloud, await credentials(ALICE, { scope }), request)).status,
  ).toBe(200)
})

/** Steps of a multipart upload whose id is known. */
const STEPS: [what: string, request: (uploadId: string) => CosRequest][] = [
  [
    'send a part',
    (uploadId) => ({ method: 'PUT', query: { partNumber: '1', uploadId }, body: 'x' }),
  ],
  ['list the parts', (uploadId) => ({ method: 'GET', query: { uploadId } })],
  [
    'complete',
    (uploadId) => ({ method: 'POST', query: { uploadId }, body: '<CompleteMultipartUpload/>' }),
  ],
  ['abort', (uploadId) => ({ method: 'DELETE', query: { uploadId } })],
]

describe.each(['drop', 'mine'])('an upload of another user in %s', (folder) => {
  test.each(STEPS)('cannot be changed with its id: %s', async (_, step) => {
    const key = `${folder}/${ALICE}/secret name`
    const request = { ...step(uploads.get(key) ?? ''), key }
    expect((await sendWithKey(functions.cloud, await credentials(BOB), request)).status).toBe(403)
    expect((await sign(BOB, request)).error?.code).toBe('KitRequestRefused')
    const { body } = await asRoot('GET', '', { query: { uploads: '', prefix: key } })
    expect(body).toContain(uploads.get(key))
  })
})

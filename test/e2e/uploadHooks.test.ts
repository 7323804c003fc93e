import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadModule } from '@miniprogram-cos/simulator'
import type { COS } from '../../packages/client/src/form'
import { signedRequests } from '../support/cosRequests'
import { useDatabaseFunction } from '../support/databaseFunction'
import { runSnippet, snippetFile } from '../support/documents'
import { callFunction, functionsWithConfig } from '../support/functionCalls'
import { createTestPhone, type TestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, BOB, startTestCloud, useTestCloud } from '../support/testCloud'

/** Both functions with the hooks of the guide, the database behind the real wx-server-sdk, and a phone. */
const database = useDatabaseFunction()
const cloud = useTestCloud(async (folder) => {
  const contents = readFileSync(snippetFile('cos.config.ts'), 'utf8')
  const functions = await functionsWithConfig(folder, { contents, resolveDir: at('test') })
  return { collections: ['files'], functions: [...functions, database.deployed] }
})
let phone: TestPhone
let signing: TestPhone
beforeAll(() => {
  phone = createTestPhone(cloud, ALICE)
  signing = createTestPhone(cloud, ALICE, {}, { mode: 'signature' })
})

const signed = signedRequests(() => cloud)

function fileOf(name: string, size: number): string {
  const path = join(cloud.folder, name)
  writeFileSync(path, randomBytes(size))
  return path
}

const documents = (query: object) =>
  database.run(
    cloud,
    async (db, query) => (await db.collection('files').where(query).get()).data,
    query,
  )

/** What the function has recorded of one key. */
async function recordsOf(key: string) {
  const all = await database.run(
    cloud,
    async (db) => (await db.collection('cos_uploads').get()).data,
    {},
  )
  return all
    .map(({ value, version }) => ({ value: JSON.parse(value), version }))
    .filter(({ value }) => value.file.key === key)
}

test('an upload is confirmed by itself, and its result has what onUpload returned', async () => {
  const Key = `private/${ALICE}/a.bin`
  const result = await signing.cos.uploadFile({ Key, FilePath: fileOf('a', 1000) })
  expect(result).toMatchObject({ statusCode: 200, confirm: { recorded: Key } })
  expect(await documents({ key: Key })).toEqual([
    expect.objectContaining({ key: Key, openid: ALICE, size: 1000 }),
  ])
})

test('the form-only client states the size for the quota, and confirms the upload', async () => {
  const file = at('packages/client/miniprogram_dist/form.js')
  const { simulator } = createTestPhone(cloud, ALICE)
  const FormCOS = loadModule<typeof COS>(file, { wx: simulator.wx })
  const Key = `private/${ALICE}/form.bin`
  const FilePath = fileOf('form', 1000)
  const result = await FormCOS.cloud().uploadFile({ Key, FilePath })
  expect(result).toMatchObject({ statusCode: 200, confirm: { recorded: Key } })
})

test('several uploads are confirmed each', async () => {
  const keys = ['x', 'y', 'z'].map((name) => `private/${ALICE}/${name}`)
  const files = keys.map((Key) => ({ Key, FilePath: fileOf('several', 100) }))
  const result = await signing.cos.uploadFiles({ files })
  expect(result.files.map(({ data }) => data)).toEqual(
    keys.map((recorded) => expect.objectContaining({ confirm: { recorded } })),
  )
})

test('usage counts the uploads, and what exceeds the quota is refused with the numbers', async () => {
  const before = await signing.cos.usage()
  expect(before).toMatchObject({ path: `private/${ALICE}/`, quota: 1024 * 1024 })
  const FilePath = fileOf('large', 1024 * 1024)
  const Key = `private/${ALICE}/large`
  await expect(signing.cos.uploadFile({ Key, FilePath })).rejects.toMatchObject({
    code: 'KitQuotaExceeded',
    kind: 'credentials',
    message: expect.stringContaining(`${before.used} of 1048576 bytes`),
  })
  expect((await signed('HEAD', Key)).status).toBe(404)
})

test('usage needs a client with a function', async () => {
  const cos = new phone.Client({ SecretId: 'a', SecretKey: 'b' })
  await expect(cos.usage()).rejects.toMatchObject({ code: 'KitNotCloud' })
  await expect(phone.cos.usage('other/')).rejects.toMatchObject({ code: 'KitPathRefused' })
})

test('beforeUpload refuses with its message, and what it permits is quarantined', async () => {
  const upload = (size: number) =>
    signing.cos.uploadFile({
      Key: `incoming/${ALICE}/p.png`,
      ContentType: 'image/png',
      FilePath: fileOf('p.png', size),
    })
  await expect(upload(600_000)).rejects.toMatchObject({
    code: 'KitUploadRefused',
    message: expect.stringContaining('Pictures have up to 500 KB.'),
  })
  expect(await upload(1000)).toMatchObject({ confirm: { state: 'in review' } })
  const reader = createTestPhone(cloud, BOB, {}, { mode: 'signature' })
  await expect(reader.cos.getObject({ Key: `incoming/${ALICE}/p.png` })).rejects.toMatchObject({
    code: 'KitRequestRefused',
  })
})

test('where the hook fails, the upload succeeds and says why it is not confirmed', async () => {
  // Without the app's collection the hook cannot write.
  const bare = await startTestCloud({
    functions: [{ name: 'cos-signature', file: join(cloud.folder, 'cos-signature.js') }],
  })
  try {
    const { cos } = createTestPhone(bare, ALICE, {}, { mode: 'signature' })
    const Key = `private/${ALICE}/unrecorded`
    const result = await cos.uploadFile({ Key, FilePath: fileOf('unrecorded', 10) })
    expect(result).toMatchObject({
      statusCode: 200,
      confirmError: { code: 'KitHookFailed', kind: 'credentials', retryable: true },
    })
    expect(result.confirm).toBeUndefined()
    expect((await cos.headObject({ Key })).statusCode).toBe(200)
  } finally {
    await bare.end()
  }
})

test('the guide’s app code uploads and shows the space', async () => {
  const app = runSnippet('confirmedUpload.js', {
    wx: signing.simulator.wx,
    modules: { 'miniprogram-cos': signing.Client },
  }) as unknown as {
    upload: (Key: string, FilePath: string) => Promise<object>
    space: () => Promise<string>
  }
  const Key = `private/${ALICE}/guide`
  expect(await app.upload(Key, fileOf('guide', 100))).toEqual({
    saved: true,
    recorded: true,
    answer: { recorded: Key },
  })
  expect(await app.space()).toBe('0 %')
})

test('records in the database say which uploads are done', async () => {
  const Key = `private/${ALICE}/done`
  await signing.cos.uploadFile({ Key, FilePath: fileOf('done', 10) })
  expect(await recordsOf(Key)).toEqual([
    expect.objectContaining({ value: expect.objectContaining({ state: 'done', lease: 0 }) }),
  ])
})

describe('several instances of a function', () => {
  const call = (event: object, openid = BOB) =>
    callFunction(cloud, 'cos-signature', { openid }, event)

  test('run a hook once for confirmations at the same time', async () => {
    const Key = `private/${BOB}/together`
    await signed('PUT', Key, { body: 'hello' })
    const answers = await Promise.all(Array.from({ length: 8 }, () => call({ confirm: { Key } })))
    expect(answers).toEqual(Array(8).fill({ confirm: { recorded: Key } }))
    const [record] = await recordsOf(Key)
    // Begun once, ended once.
    expect(record).toMatchObject({ version: 2 })
  })

  test('share the reservations of a quota', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        call({
          Method: 'PUT',
          Key: `private/${BOB}/part-${i}`,
          Headers: { 'content-length': '200000' },
        }),
      ),
    )
    const permitted = answers.filter(({ authorization }) => authorization)
    expect(permitted.length).toBeGreaterThan(0)
    expect(permitted.length * 200_000).toBeLessThanOrEqual(1024 * 1024)
    for (const { error } of answers) if (error) expect(error.code).toBe('KitQuotaExceeded')
  })
})

import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import { loadModule } from '@miniprogram-cos/simulator'
import sharp from 'sharp'
import { send, signedRequests } from '../support/cosRequests'
import { builtSnippet, codeBlocks, runSnippet } from '../support/documents'
import { callFunction, functionWithRules } from '../support/functionCalls'
import { createTestPhone, type TestPhone, type Untyped } from '../support/phones'
import { at } from '../support/root'
import {
  ALICE,
  BOB,
  BUCKET,
  CREDENTIALS_FUNCTION,
  HOST,
  REGION,
  SIGNATURE_FUNCTION,
  startTestCloud,
  useTestCloud,
} from '../support/testCloud'

const ARCHIVE = { name: 'archive-1250000000', region: 'ap-beijing' }
const ARCHIVE_HOST = `${ARCHIVE.name}.cos.${ARCHIVE.region}.myqcloud.com`
const FOLDER = `private/${ALICE}/`
const INBOX = { 'inbox/{openid}/**': { owner: ['write'], names: 'server' } }

const cloud = useTestCloud(async (folder) => ({
  buckets: [{ name: BUCKET, region: REGION }, ARCHIVE],
  functions: [
    CREDENTIALS_FUNCTION,
    SIGNATURE_FUNCTION,
    { name: 'archive-credentials', file: await builtSnippet('archiveFunction.ts', folder) },
  ],
}))
let phone: TestPhone
let wx: Untyped
beforeAll(() => {
  const hosts = [`https://${HOST}`, `https://${ARCHIVE_HOST}`]
  const domains = { request: hosts, uploadFile: hosts, downloadFile: hosts }
  phone = createTestPhone(cloud, ALICE, { domains, platform: 'mac' })
  wx = phone.simulator.wx as Untyped
})

const signed = signedRequests(() => cloud)

function fileOf(name: string, bytes: Uint8Array): string {
  const path = `${wx.env.USER_DATA_PATH}/${name}`
  writeFileSync(phone.simulator.realPath(path), bytes)
  return path
}

const snippet = (name: string, world: object = {}) =>
  runSnippet(name, { wx, modules: { 'miniprogram-cos': phone.Client }, ...world })

/** A page as WeChat creates it from the argument of `Page`. */
function openPage(definition: Untyped): Untyped {
  const page = { ...definition, data: { ...definition.data } } as Untyped
  page.setData = (change: object) => Object.assign(page.data, change)
  return page
}

test('native: the page lists, uploads with progress, shows and deletes', async () => {
  const init = jest.fn()
  runSnippet('app.js', {
    wx: { cloud: { init } },
    modules: {},
    App: (app: Untyped) => app.onLaunch(),
  })
  expect(init).toHaveBeenCalledWith({ env: 'your-env-id' })

  let definition: Untyped = {}
  // WeChat for Mac gives two files of one name the same temporary path.
  const choose = (bytes: Uint8Array) => {
    const picture = join(cloud.folder, 'chosen.png')
    writeFileSync(picture, bytes)
    return phone.simulator.chooseFile(picture)
  }
  let tempFilePath = choose(randomBytes(1_500_000))
  const shown: string[] = []
  snippet('filesPage.js', {
    wx: {
      ...wx,
      chooseMedia: async () => ({ tempFiles: [{ tempFilePath }] }),
      previewMedia: async ({ sources }: Untyped) => shown.push(sources[0].url),
    },
    modules: { client: snippet('client.js') },
    Page: (page: Untyped) => {
      definition = page
    },
  })
  const page = openPage(definition)
  await page.onLoad()
  expect(page.data.files).toEqual([])
  await page.choose()
  expect(page.data).toEqual({
    files: [{ Key: expect.stringMatching(/^private\/.*\.png$/), name: expect.any(String) }],
    percent: 100,
    problem: '',
  })
  const [{ Key, name }] = page.data.files
  const event = { currentTarget: { dataset: { key: Key } } }
  await page.show(event)
  expect(shown[0]).toContain(`https://${HOST}/${FOLDER}${name}?q-sign-algorithm=sha1`)
  const firstPath = tempFilePath
  tempFilePath = choose(Buffer.from('another picture of the same name'))
  expect(tempFilePath).toBe(firstPath)
  await page.choose()
  expect(page.data.files).toHaveLength(2)
  for (const file of page.data.files) {
    await page.remove({ currentTarget: { dataset: { key: file.Key } } })
  }
  expect(page.data.files).toEqual([])
})

test('single file: the copied client uploads', async () => {
  const file = at('packages/client/dist/miniprogram-cos.js')
  const Client = loadModule(file, { wx: phone.simulator.wx })
  const { upload } = snippet('singleFile.js', { modules: { 'miniprogram-cos': Client } })
  await upload(fileOf('single.jpg', randomBytes(1000)))
  const { Contents } = await phone.cos.getBucket({ Prefix: FOLDER })
  expect(Contents.map(({ Size }) => Size)).toEqual(['1000'])
})

/** Runs a transfer, and pauses it at its first progress for a moment. */
async function interrupted(
  start: (params: object) => Untyped,
  params: { Key: string; FilePath: string },
): Promise<void> {
  let hasPaused = false
  const onProgress = ({ percent }: { percent: number }) => {
    if (hasPaused || percent === 0) return
    hasPaused = true
    transfer.pause()
    setTimeout(() => transfer.resume(), 50)
  }
  const transfer = start({ ...params, onProgress })
  await transfer.done
  expect(hasPaused).toBe(true)
}

async function cancel(transfer: Untyped): Promise<void> {
  transfer.cancel()
  await expect(transfer.done).rejects.toMatchObject({ code: 'KitAborted' })
}

test('large files: an upload pauses, resumes, and arrives intact', async () => {
  const { upload, cos } = snippet('transfers.js')
  const bytes = randomBytes(6_000_000)
  const Key = `${FOLDER}large.bin`
  const FilePath = fileOf('large.bin', bytes)
  await interrupted(upload, { Key, FilePath })
  expect(cos.getTaskList()[0].state).toBe('success')
  const { bytes: arrived } = await signed('GET', Key)
  const digest = (some: Uint8Array) => createHash('sha256').update(some).digest('hex')
  expect(digest(arrived)).toBe(digest(bytes))
  await cancel(upload({ Key: `${FOLDER}doomed`, FilePath }))
})

test('downloads: a download pauses, resumes, and arrives intact', async () => {
  const { download, cos } = snippet('transfers.js')
  const bytes = randomBytes(9_000_000)
  const Key = `${FOLDER}film.mp4`
  await signed('PUT', Key, { body: bytes })
  const FilePath = `${wx.env.USER_DATA_PATH}/film.mp4`
  await interrupted(download, { Key, FilePath })
  expect(cos.getTaskList()[0].state).toBe('success')
  expect(readFileSync(phone.simulator.realPath(FilePath)).equals(bytes)).toBe(true)
  await cancel(download({ Key, FilePath: `${FilePath}.2` }))
})

test('prepare: chosen pictures are uploaded under keys of their own', async () => {
  const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .jpeg()
    .toBuffer()
  const chosen = ['one.jpg', 'two.jpg'].map((name) => ({ tempFilePath: fileOf(name, picture) }))
  const prepare = loadModule(at('packages/client/miniprogram_dist/prepare.js'), {
    wx: phone.simulator.wx,
  })
  const world = {
    wx: { ...wx, chooseMedia: async () => ({ tempFiles: chosen }) },
    modules: { 'miniprogram-cos': phone.Client, prepare },
  }
  const { choosePictures } = snippet('prepare.js', world)
  const { uploadPictures } = snippet('prepareUpload.js', world)
  const { files } = await uploadPictures(chosen)
  const prepared = files.map(({ options }: { options: { Key: string } }) => options.Key)
  const keys = [...(await choosePictures()), ...prepared]
  expect(new Set(keys).size).toBe(4)
  for (const key of keys) {
    expect(key).toMatch(/^private\/.+\.jpg$/)
    expect((await signed('GET', key)).bytes.equals(picture)).toBe(true)
  }
})

test('without the SDK: wx.uploadFile sends a form signed by cos-signature', async () => {
  const { upload } = snippet('withoutSdk.js', { modules: {} })
  const Key = await upload(fileOf('form.png', Buffer.from('picture')), '图 1.png')
  expect(Key).toBe(`${FOLDER}图 1.png`)
  expect((await signed('GET', Key)).body).toBe('picture')
  await expect(upload(fileOf('form.png', Buffer.from('x')), '../x')).rejects.toThrow(
    'KitRequestRefused',
  )
})

test('image processing: a signed URL with an operation returns the smaller picture', async () => {
  const { thumbnailUrl } = snippet('imageUrls.js')
  const Key = `${FOLDER}picture.png`
  const create = { width: 600, height: 400, channels: 3 as const, background: '#336699' }
  await signed('PUT', Key, { body: await sharp({ create }).png().toBuffer() })
  const { pathname, search } = new URL(await thumbnailUrl(Key, 300))
  expect(search).toContain('imageMogr2%2Fthumbnail%2F300x')
  const { bytes } = await send(cloud.cos, { path: pathname + search })
  expect(await sharp(bytes).metadata()).toMatchObject({ format: 'png', width: 300, height: 200 })
})

test('video covers: the URL has the parameters that COS takes pictures by', async () => {
  const { coverUrl } = snippet('videoCovers.js')
  const { searchParams } = new URL(await coverUrl(`${FOLDER}film.mp4`, 300))
  expect(Object.fromEntries(searchParams)).toMatchObject({
    ...{ 'ci-process': 'snapshot', time: '1', format: 'jpg', width: '300' },
    'q-url-param-list': 'ci-process;format;time;width',
  })
})

test('server-made names: a user can neither choose a name nor overwrite another user’s file', async () => {
  const inbox = await startTestCloud(async (folder) => ({
    functions: [await functionWithRules('cos-signature', INBOX, folder)],
  }))
  try {
    const { simulator, Client, cos } = createTestPhone(inbox, ALICE, {}, { mode: 'signature' })
    const modules = { 'miniprogram-cos': Client }
    const { submit } = runSnippet('serverNames.js', { wx: simulator.wx, modules })
    const FilePath = `${simulator.wx.env.USER_DATA_PATH}/photo.jpg`
    writeFileSync(simulator.realPath(FilePath), 'photo')
    const key = await submit(FilePath, { path: `inbox/${ALICE}/`, extension: 'jpg' })
    expect(key).toMatch(new RegExp(`^inbox/${ALICE}/[\\w-]{16,}\\.jpg$`))
    expect((await signedRequests(() => inbox)('GET', key)).body).toBe('photo')
    for (const Key of [`inbox/${ALICE}/mine.jpg`, key.replace(ALICE, BOB)]) {
      await expect(cos.putObject({ Key, Body: 'x' })).rejects.toMatchObject({
        code: 'KitRequestRefused',
      })
    }
  } finally {
    await inbox.end()
  }
})

test('several buckets: each has its own function, client and rules', async () => {
  const { moveToArchive } = snippet('twoBuckets.js')
  await signed('PUT', `${FOLDER}old.txt`, { body: 'kept', headers: { 'Content-Type': 'a/b' } })
  const archived = await moveToArchive(`${FOLDER}old.txt`)
  expect(archived).toBe(`archive/${ALICE}/old.txt`)
  const found = await signed('GET', archived, { host: ARCHIVE_HOST })
  expect([found.body, found.headers['content-type']]).toEqual(['kept', 'a/b'])
  expect((await signed('HEAD', `${FOLDER}old.txt`)).status).toBe(404)
})

describe('the events in the README of the cloud functions', () => {
  const BLOCKS = codeBlocks('cloudfunctions/README.md')
  const key = `private/${ALICE}/a.png`

  /** Evaluates code of the README, which is plain data. */
  const read = (code: string) => new Function('key', `return (${code})`)(key)

  const config: CosConfig = read(
    BLOCKS.find(({ language }) => language === 'ts')?.code.replace(
      /^.*defineConfig\(|\)\s*$/g,
      '',
    ) ?? '',
  )
  const [forKeys = [], forSignatures = []] = BLOCKS.filter(({ language }) => language === 'js').map(
    ({ code }) =>
      code
        .trim()
        .split('\n')
        .map((line) => line.replace(/ +\/\/ .*$/, '')),
  )

  const cloud = useTestCloud(async (folder) => {
    const names = ['cos-credentials', 'cos-signature']
    const built = names.map((name) => functionWithRules(name, config.access, folder, config.groups))
    return { functions: await Promise.all(built) }
  })

  /** An event with the caller's OPENID in place of the README's placeholders. */
  const eventOf = (line: string) => read(line.replace(/\{openid\}|…/g, ALICE))

  test('the configuration of the README is valid', () => {
    expect(() => checkConfig(config)).not.toThrow()
    expect(forKeys.length).toBeGreaterThan(0)
    expect(forSignatures.length).toBeGreaterThan(0)
  })

  test.each(forKeys)('cos-credentials answers %s', async (line) => {
    const answer = await callFunction(cloud, 'cos-credentials', { openid: ALICE }, eventOf(line))
    expect(answer.error).toBeUndefined()
    expect(answer.credentials?.tmpSecretId).toBeTruthy()
    if (line.includes('create')) expect(answer.key).toMatch(/^inbox\/.*\.jpg$/)
  })

  test.each(forSignatures)('cos-signature answers %s', async (line) => {
    const answer = await callFunction(cloud, 'cos-signature', { openid: ALICE }, eventOf(line))
    expect(answer.error).toBeUndefined()
    const given = ['url', 'key', 'authorization', 'prefix'].filter((name) => name in answer)
    expect(given.length).toBeGreaterThan(0)
  })
})

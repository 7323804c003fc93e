import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import COS from 'cos-nodejs-sdk-v5'
import { signedRequests } from '../support/cosRequests'
import { BUCKET, REGION, startTestCloud, type TestCloud, temporaryKey } from '../support/testCloud'

let cloud: TestCloud
let folder: string
beforeEach(async () => {
  cloud = await startTestCloud()
  folder = mkdtempSync(join(tmpdir(), 'data-'))
})
afterEach(async () => {
  await cloud.end()
  rmSync(folder, { recursive: true, force: true })
})

const signed = signedRequests(() => cloud)
const listed = async () =>
  [...(await signed('GET', '')).body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key)
const admin = (path: string, body: object = {}) =>
  fetch(`${cloud.admin}${path}`, { method: 'POST', body: JSON.stringify(body) })

test('seeds a folder: paths become keys, extensions content types', async () => {
  mkdirSync(join(folder, 'a/b'), { recursive: true })
  writeFileSync(join(folder, 'top.txt'), 'top')
  writeFileSync(join(folder, 'a/b/图 1.png'), 'png')
  writeFileSync(join(folder, 'empty'), '')
  expect(await cloud.seed(folder)).toBe(3)
  expect(await listed()).toEqual(['a/b/图 1.png', 'empty', 'top.txt'])
  const { headers, body } = await signed('GET', 'a/b/图 1.png')
  expect([headers['content-type'], body]).toEqual(['image/png', 'png'])
})

test('exports objects that seeding restores, with headers, tags and unusual keys', async () => {
  const keys = ['plain.txt', 'Case.txt', 'case.txt', 'a', 'a/b', '../up', 'a//b', 'x:y?', 'end.']
  const contents = new Map(keys.map((key) => [key, randomBytes(200)]))
  contents.set('large', randomBytes(3 * 1024 * 1024))
  for (const [key, body] of contents) {
    const headers = { 'x-cos-meta-key': 'yes', 'x-cos-tagging': 'k=v', 'Cache-Control': 'no-cache' }
    expect((await signed('PUT', key, { body, headers })).status).toBe(200)
  }
  const out = join(folder, 'out')
  expect(await cloud.export(out)).toBe(contents.size)
  // No file may be written outside the folder.
  expect(readdirSync(folder)).toEqual(['out'])
  expect(readFileSync(join(out, 'plain.txt')).equals(contents.get('plain.txt') as Buffer)).toBe(
    true,
  )
  await expect(cloud.export(out)).rejects.toThrow('is not empty')
  const before = await listed()
  await cloud.reset()
  expect(await listed()).toEqual([])
  expect(await cloud.seed(out)).toBe(contents.size)
  expect(await listed()).toEqual(before)
  for (const [key, body] of contents) {
    const read = await signed('GET', key)
    expect([key, read.bytes.equals(body)]).toEqual([key, true])
    expect(read.headers).toMatchObject({ 'x-cos-meta-key': 'yes', 'cache-control': 'no-cache' })
    expect(read.headers['x-cos-tagging-count']).toBe('1')
  }
})

test('refuses an index that refers to files outside its folder, by dots or by a link', async () => {
  writeFileSync(join(folder, 'outside'), 'secret')
  const inside = join(folder, 'inside')
  mkdirSync(inside)
  symlinkSync(join(folder, 'outside'), join(inside, 'link'))
  for (const file of ['../outside', 'link']) {
    const object = { Key: 'k', file, headers: {}, storageClass: 'STANDARD' }
    const index = { bucket: BUCKET, region: REGION, objects: [object] }
    writeFileSync(join(inside, 'local-cos-export.json'), JSON.stringify(index))
    await expect(cloud.seed(inside)).rejects.toThrow('lies outside')
  }
  expect(await listed()).toEqual([])
})

test('a failed start leaves no server running', async () => {
  const data = join(folder, 'data')
  const { port } = new URL(cloud.admin)
  await expect(startLocalCloud({ data, adminPort: Number(port) })).rejects.toThrow('EADDRINUSE')
  await (await startLocalCloud({ data })).close()
})

test('names a missing bucket in the error', async () => {
  await expect(cloud.seed(folder, 'nothing-1250000000')).rejects.toThrow('there is no bucket')
  await expect(cloud.export(folder, 'nothing-1250000000')).rejects.toThrow('there is no bucket')
})

test('reset deletes versions, uploads and settings; temporary keys stay valid', async () => {
  await signed('PUT', '', {
    query: { versioning: '' },
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })
  await signed('PUT', 'k', { body: 'one' })
  await signed('PUT', 'k', { body: 'two' })
  await signed('POST', 'm', { query: { uploads: '' }, body: '' })
  await cloud.reset()
  expect((await signed('GET', '', { query: { versions: '' } })).body).not.toContain('<Key>')
  expect((await signed('GET', '', { query: { uploads: '' } })).body).not.toContain('<UploadId>')
  expect((await signed('GET', '', { query: { versioning: '' } })).body).not.toContain('Enabled')
})

test('the admin address resets, seeds and exports', async () => {
  writeFileSync(join(folder, 'a.txt'), 'a')
  expect(await (await admin('/seed', { folder })).json()).toEqual({ objects: 1 })
  expect(await (await admin('/export', { folder: join(folder, 'out') })).json()).toEqual({
    objects: 1,
  })
  expect((await admin('/reset')).status).toBe(200)
  expect(await listed()).toEqual([])
  const wrong = await admin('/seed')
  expect([wrong.status, await wrong.json()]).toEqual([400, { error: 'the body needs a "folder"' }])
})

test('refuses requests of other origins', async () => {
  await signed('PUT', 'k', { body: 'x' })
  for (const path of ['/reset', '/seed', '/export']) {
    const answer = await fetch(`${cloud.admin}${path}`, {
      method: 'POST',
      headers: { Origin: 'http://evil.example' },
      body: '{}',
    })
    expect(answer.status).toBe(403)
  }
  expect(await listed()).toEqual(['k'])
})

test('the page shows buckets, keys, uploads in progress and issued keys, but no secret', async () => {
  await signed('PUT', 'shown.txt', { body: 'x' })
  await signed('POST', 'begun.bin', { query: { uploads: '' }, body: '' })
  const key = await temporaryKey(cloud, [{ action: ['GetObject'], path: 'mine/*' }])
  const page = await (await fetch(cloud.admin)).text()
  for (const text of [BUCKET, REGION, 'shown.txt', 'begun.bin', key.tmpSecretId, 'mine/*']) {
    expect(page).toContain(text)
  }
  for (const secret of [key.tmpSecretKey, key.sessionToken, cloud.root.SecretKey]) {
    expect(page).not.toContain(secret)
  }
})

test('the admin address reads, writes and deletes objects, for its own page only', async () => {
  const at = (key: string) =>
    `${cloud.admin}/object?${new URLSearchParams({ bucket: BUCKET, key })}`
  const body = randomBytes(100_000)
  expect((await fetch(at('图/a b.png'), { method: 'PUT', body })).status).toBe(204)
  const stored = await signed('HEAD', '图/a b.png')
  expect([stored.headers['content-type'], stored.headers['content-length']]).toEqual([
    'image/png',
    '100000',
  ])
  const read = await fetch(`${at('图/a b.png')}&download`)
  expect(Buffer.from(await read.arrayBuffer()).equals(body)).toBe(true)
  expect(read.headers.get('content-disposition')).toBe("attachment; filename*=UTF-8''a%20b.png")
  expect(read.headers.get('content-security-policy')).toBe('sandbox')
  const foreign: [string, string][] = [
    ['Origin', 'http://evil.example'],
    ['Sec-Fetch-Site', 'same-site'],
  ]
  for (const header of foreign) {
    expect((await fetch(at('图/a b.png'), { method: 'DELETE', headers: [header] })).status).toBe(
      403,
    )
  }
  expect(await listed()).toEqual(['图/a b.png'])
  expect((await fetch(at('图/a b.png'), { method: 'DELETE' })).status).toBe(204)
  expect(await listed()).toEqual([])
  expect((await fetch(at('图/a b.png'))).status).toBe(404)
  expect((await fetch(at(''), { method: 'PUT', body })).status).toBe(400)
})

test('the page shows the keys of a prefix', async () => {
  for (const Key of ['a/one.txt', 'b/<two>.txt']) await signed('PUT', Key, { body: 'x' })
  const page = await (await fetch(`${cloud.admin}/?prefix=b/`)).text()
  expect(page).toContain('>b/&lt;two&gt;.txt</code>')
  expect(page).not.toContain('>a/one.txt</code>')
})

test('starts in memory without any options', async () => {
  const own = await startLocalCloud()
  const cos = new COS({ ...own.root, Protocol: 'http:', Proxy: own.cos } as COS.COSOptions)
  const at = { Bucket: 'media-1250000000', Region: 'ap-guangzhou', Key: 'k' }
  await cos.putObject({ ...at, Body: Buffer.alloc(300_000, 'a') })
  expect((await cos.getObject(at)).Body.length).toBe(300_000)
  await own.close()
})

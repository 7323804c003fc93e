import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { send } from '../support/cosRequests'
import { createTestPhone, type TestPhone } from '../support/phones'
import { ALICE, BOB, HOST, useTestCloud } from '../support/testCloud'

const Key = `private/${ALICE}/diary.txt`
const cloud = useTestCloud()
let alice: TestPhone
let bob: TestPhone

beforeAll(async () => {
  alice = createTestPhone(cloud, ALICE)
  bob = createTestPhone(cloud, BOB)
  expect((await alice.cos.caller()).prefix).toBe(`private/${ALICE}/`)
  await alice.cos.putObject({ Key, Body: 'private' })
})

const source = () => `${HOST}/${encodeURIComponent(Key).replace(/%2F/g, '/')}`
const own = async (name: string) => `${(await bob.cos.caller()).prefix}${name}`

const attempts: [what: string, attempt: () => Promise<unknown>][] = [
  ['read it', () => bob.cos.getObject({ Key })],
  ['read its headers', () => bob.cos.headObject({ Key })],
  ['overwrite it', () => bob.cos.putObject({ Key, Body: 'mine' })],
  ['delete it', () => bob.cos.deleteObject({ Key })],
  ['list the folder', () => bob.cos.getBucket({ Prefix: Key.replace('diary.txt', '') })],
  ['list the bucket', () => bob.cos.getBucket({ Prefix: '' })],
  ['list uploads of the bucket', () => bob.cos.multipartList({ Prefix: '' })],
  ['begin an upload there', () => bob.cos.multipartInit({ Key })],
  ['list buckets', () => bob.cos.getService({})],
  ['delete the bucket', () => bob.cos.deleteBucket({})],
  [
    'copy from it',
    async () => bob.cos.putObjectCopy({ Key: await own('stolen'), CopySource: source() }),
  ],
  [
    'copy a part from it',
    async () => {
      const target = await own('stolen in parts')
      const { UploadId } = await bob.cos.multipartInit({ Key: target })
      return bob.cos.uploadPartCopy({ Key: target, UploadId, PartNumber: 1, CopySource: source() })
    },
  ],
]

test.each(attempts)('another user cannot %s', async (_, attempt) => {
  await expect(attempt()).rejects.toMatchObject({
    name: 'CosError',
    kind: 'service',
    code: 'AccessDenied',
    statusCode: 403,
    RequestId: expect.any(String),
  })
  expect((await alice.cos.getObject({ Key })).Body).toBe('private')
})

test('another user’s form upload and multi-delete are refused for each key', async () => {
  const FilePath = join(cloud.folder, 'form.txt')
  writeFileSync(FilePath, 'mine')
  await expect(bob.cos.postObject({ Key, FilePath })).rejects.toMatchObject({
    code: 'AccessDenied',
  })
  const mine = await own('mine.txt')
  await bob.cos.putObject({ Key: mine, Body: 'x' })
  const { Deleted, Error: failed } = await bob.cos.deleteMultipleObject({
    Objects: [{ Key }, { Key: mine }],
  })
  expect(Deleted.map((one) => one.Key)).toEqual([mine])
  expect(failed).toMatchObject([{ Key, Code: 'AccessDenied' }])
  expect((await alice.cos.getObject({ Key })).Body).toBe('private')
})

test('a presigned URL is valid for one object and one method', async () => {
  const url = await alice.cos.getObjectUrl({ Key, Expires: 60 })
  const at = async (text: string, method = 'GET') => {
    const { pathname, search } = new URL(text)
    return (await send(cloud.cos, { method, path: `${pathname}${search}` })).status
  }
  expect(await at(url)).toBe(200)
  expect(await at(url, 'DELETE')).toBe(403)
  expect(await at(url.replace('diary', 'other'))).toBe(403)
})

test('without a signed-in user no key is issued, with advice in two languages', async () => {
  const nobody = createTestPhone(cloud, undefined)
  const error = await nobody.cos.caller().catch((refusal) => refusal)
  expect(error).toMatchObject({ name: 'CosError', kind: 'credentials', code: 'KitNoIdentity' })
  expect(error.advice.en).toContain('wx.cloud.callFunction')
  expect(error.advice.zh).toContain('小程序')
})

test('names the bucket’s host if it is missing from the domain list', async () => {
  const phone = createTestPhone(cloud, ALICE, {
    domains: { request: [], uploadFile: [], downloadFile: [] },
  })
  await expect(phone.cos.headObject({ Key })).rejects.toMatchObject({
    code: 'KitDomainNotAllowed',
    kind: 'network',
    retryable: false,
    message: expect.stringContaining(HOST),
  })
})

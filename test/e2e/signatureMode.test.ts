import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { send } from '../support/cosRequests'
import { functionWithRules } from '../support/functionCalls'
import { createTestPhone, type TestPhone } from '../support/phones'
import { ALICE, BOB, SIGNATURE_FUNCTION, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({ functions: [SIGNATURE_FUNCTION] })
let alice: TestPhone
let bob: TestPhone

beforeAll(async () => {
  alice = createTestPhone(cloud, ALICE, {}, { mode: 'signature' })
  bob = createTestPhone(cloud, BOB, {}, { mode: 'signature' })
})

test('puts, reads, lists, copies, shares and deletes without a key on the phone', async () => {
  const { cos } = alice
  const { prefix, Bucket, Region } = await cos.caller()
  const Key = `${prefix}note 1.txt`
  await cos.putObject({ Key, Body: 'hello' })
  expect((await cos.getObject({ Key })).Body).toBe('hello')
  const { Contents } = await cos.getBucket({})
  expect(Contents.map((one) => one.Key)).toEqual([Key])
  const CopySource = `${Bucket}.cos.${Region}.myqcloud.com/${encodeURIComponent(Key).replace(/%2F/g, '/')}`
  await cos.putObjectCopy({ Key: `${prefix}copy`, CopySource })
  const { pathname, search } = new URL(await cos.getObjectUrl({ Key }))
  expect((await send(cloud.cos, { path: pathname + search })).body).toBe('hello')
  await cos.deleteObject({ Key })
  expect((await cos.getBucket({})).Contents).toHaveLength(1)
})

test.each([
  ['small', 1000],
  ['in parts', 3_500_000],
])('uploads a file, %s', async (name, size) => {
  const { prefix } = await alice.cos.caller()
  const content = randomBytes(size)
  const FilePath = join(cloud.folder, name)
  writeFileSync(FilePath, content)
  const Key = `${prefix}${name}`
  await alice.cos.uploadFile({ Key, FilePath })
  const { Body } = await alice.cos.getObject({ Key, DataType: 'arraybuffer' })
  expect(Buffer.from(Body as ArrayBuffer).equals(content)).toBe(true)
})

test('the function refuses another user and names the rule', async () => {
  const { prefix } = await alice.cos.caller()
  await expect(bob.cos.getObject({ Key: `${prefix}small` })).rejects.toMatchObject({
    name: 'CosError',
    kind: 'credentials',
    code: 'KitRequestRefused',
    message: expect.stringContaining('access["private/{openid}/**"] grants read only to owner'),
  })
  const refusal = await bob.cos.getObject({ Key: `${prefix}small` }).catch((error) => error)
  expect(refusal.message).toContain('private/{openid}/**')
  await expect(bob.cos.getBucket({ Prefix: prefix })).rejects.toMatchObject({
    code: 'KitRequestRefused',
  })
})

test('20 concurrent first calls request the folder once', async () => {
  const { cos } = createTestPhone(cloud, ALICE, {}, { mode: 'signature' })
  const before = cloud.functionOutput.join('').split('"what":"place"').length
  await Promise.all(Array.from({ length: 20 }, () => cos.getBucket({})))
  expect(cloud.functionOutput.join('').split('"what":"place"').length).toBe(before + 1)
})

describe('a rule with overwrite: false', () => {
  const FOLDER = `records/${ALICE}/`
  const ACCESS = { 'records/{openid}/**': { owner: ['read', 'write'], overwrite: false } }

  const cloud = useTestCloud(async (folder) => ({
    functions: [await functionWithRules('cos-signature', ACCESS, folder)],
  }))
  let phone: TestPhone
  beforeAll(() => {
    phone = createTestPhone(cloud, ALICE, {}, { mode: 'signature' })
  })

  test('a record is written once: the second write fails, and the first content remains', async () => {
    const Key = `${FOLDER}note`
    await phone.cos.putObject({ Key, Body: 'first', ForbidOverwrite: 'true' })
    const second = phone.cos.putObject({ Key, Body: 'second', ForbidOverwrite: 'true' })
    await expect(second).rejects.toMatchObject({ code: 'FileAlreadyExists', statusCode: 409 })
    expect((await phone.cos.getObject({ Key })).Body).toBe('first')
  })

  test('of two concurrent multipart uploads only one succeeds', async () => {
    const Key = `${FOLDER}clip`
    const FilePath = join(cloud.folder, 'clip')
    writeFileSync(FilePath, randomBytes(2_500_000))
    const upload = { Key, FilePath, ForbidOverwrite: 'true' as const }
    const ended = await Promise.allSettled([
      phone.cos.uploadFile(upload),
      phone.cos.uploadFile(upload),
    ])
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ended).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'FileAlreadyExists' }) }),
    )
  })

  test('without the header nothing is signed, and the error names it', async () => {
    const written = phone.cos.putObject({ Key: `${FOLDER}other`, Body: 'x' })
    await expect(written).rejects.toMatchObject({
      code: 'KitRequestRefused',
      message: expect.stringContaining('x-cos-forbid-overwrite'),
    })
  })
})

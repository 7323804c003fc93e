import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { functionWithRules } from '../support/functionCalls'
import { createTestPhone, type TestPhone } from '../support/phones'
import { ALICE, useTestCloud } from '../support/testCloud'

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

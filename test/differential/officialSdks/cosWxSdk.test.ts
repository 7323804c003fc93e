import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Simulator } from '@miniprogram-cos/simulator'
import { createSimulatedPhone, loadOfficialClient } from '../../support/phones'
import { ALICE, BUCKET, REGION, ROOT_KEY, useTestCloud } from '../../support/testCloud'
import { describeContract, type OfficialClient } from './objectCases'
import { describeAnswers } from './responseCases'
import { describeSettings } from './settingCases'

type Untyped = Record<string, (params: object) => Promise<never>>
type OfficialConstructor = new (options: object) => Untyped

const cloud = useTestCloud()
let phone: Simulator
let Official: OfficialConstructor
let cos: Untyped

beforeAll(async () => {
  phone = createSimulatedPhone(cloud, ALICE)
  Official = loadOfficialClient<OfficialConstructor>(phone.wx)
  cos = new Official({ ...ROOT_KEY, SliceSize: 1024 * 1024 })
})

const call = (client: Untyped, method: string, params: object) =>
  client[method]?.(params) as Promise<never>

const client = (): OfficialClient => ({
  call: (method, params) => call(cos, method, params),
  toBody: (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  read: async (Key) => {
    const at = { Bucket: BUCKET, Region: REGION, Key, DataType: 'arraybuffer' }
    const { Body } = (await call(cos, 'getObject', at)) as { Body: ArrayBuffer }
    return Buffer.from(new Uint8Array(Body))
  },
})

describeContract('cos-wx-sdk-v5', client, 'wx/')
describeSettings('cos-wx-sdk-v5', client, 'wx/')
describeAnswers('cos-wx-sdk-v5', client, 'wx/', ['Encryption'])

test('cos-wx-sdk-v5 uploads small files by POST with its Signature field, and large ones in parts', async () => {
  for (const size of [0, 1, 1000, 3 * 1024 * 1024 + 5]) {
    const FilePath = join(cloud.folder, `upload-${size}`)
    const bytes = randomBytes(size)
    writeFileSync(FilePath, bytes)
    const at = { Bucket: BUCKET, Region: REGION, Key: `wx/upload ${size}` }
    await call(cos, 'uploadFile', { ...at, FilePath })
    const { Body } = (await call(cos, 'getObject', { ...at, DataType: 'arraybuffer' })) as {
      Body: ArrayBuffer
    }
    expect(Buffer.from(new Uint8Array(Body)).equals(bytes)).toBe(true)
  }
})

test('cos-wx-sdk-v5 works with the keys of the cloud function, within its user’s prefix only', async () => {
  const client = new Official({
    getAuthorization(_: object, callback: (key: object) => void) {
      void phone.wx.cloud.callFunction({
        name: 'cos-credentials',
        success: ({ result }: { result: Record<string, never> }) => {
          const { credentials, startTime, expiredTime } = result as never as {
            credentials: { tmpSecretId: string; tmpSecretKey: string; sessionToken: string }
            startTime: number
            expiredTime: number
          }
          callback({
            TmpSecretId: credentials.tmpSecretId,
            TmpSecretKey: credentials.tmpSecretKey,
            SecurityToken: credentials.sessionToken,
            StartTime: startTime,
            ExpiredTime: expiredTime,
          })
        },
      })
    },
  })
  const own = { Bucket: BUCKET, Region: REGION, Key: `private/${ALICE}/a.txt` }
  await call(client, 'putObject', { ...own, Body: 'mine' })
  expect(await call(client, 'getObject', own)).toMatchObject({ Body: 'mine' })
  await expect(
    call(client, 'putObject', { ...own, Key: 'private/somebody/a.txt', Body: 'not mine' }),
  ).rejects.toMatchObject({ statusCode: 403, error: { Code: 'AccessDenied' } })
})

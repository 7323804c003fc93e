import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import COS from 'cos-nodejs-sdk-v5'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../../support/testCloud'
import { describeContract, type OfficialClient } from './objectCases'
import { describeAnswers } from './responseCases'
import { describeSettings } from './settingCases'

const cloud = useTestCloud()
let cos: COS

beforeAll(async () => {
  // Absolute-form requests through the local COS as a proxy: production's host names stay.
  cos = new COS({ ...ROOT_KEY, Protocol: 'http:', Proxy: cloud.cos } as COS.COSOptions)
})

type Untyped = Record<string, (params: object) => Promise<never>>

const client = (): OfficialClient => ({
  call: (method, params) => (cos as unknown as Untyped)[method]?.(params) as Promise<never>,
  toBody: (bytes) => bytes,
  read: async (Key) => (await cos.getObject({ Bucket: BUCKET, Region: REGION, Key })).Body,
})

describeContract('cos-nodejs-sdk-v5', client, 'node/')
describeSettings('cos-nodejs-sdk-v5', client, 'node/')
describeAnswers('cos-nodejs-sdk-v5', client, 'node/')

test('cos-nodejs-sdk-v5 lists buckets and uploads a 12 MiB file by its own multipart code', async () => {
  const { Buckets } = await cos.getService({ Region: REGION })
  expect(Buckets.map(({ Name }) => Name)).toEqual([BUCKET])
  const FilePath = join(cloud.folder, 'large.bin')
  const bytes = randomBytes(12 * 1024 * 1024 + 1)
  writeFileSync(FilePath, bytes)
  const at = { Bucket: BUCKET, Region: REGION, Key: 'node/sdk upload.bin' }
  await cos.uploadFile({ ...at, FilePath, SliceSize: 1024 * 1024, ChunkSize: 1024 * 1024 })
  const { Body } = await cos.getObject(at)
  expect(Body.equals(bytes)).toBe(true)
})

test('cos-nodejs-sdk-v5 creates and deletes buckets', async () => {
  const other = { Bucket: 'other-1250000000', Region: 'ap-beijing' }
  await cos.putBucket(other)
  await expect(cos.putBucket(other)).rejects.toMatchObject({ code: 'BucketAlreadyOwnedByYou' })
  await cos.putObject({ ...other, Key: 'k', Body: 'x' })
  await expect(cos.deleteBucket(other)).rejects.toMatchObject({ code: 'BucketNotEmpty' })
  await cos.deleteObject({ ...other, Key: 'k' })
  await cos.deleteBucket(other)
  await expect(cos.headBucket(other)).rejects.toMatchObject({ statusCode: 404 })
})

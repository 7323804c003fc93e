import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import type { CloudCOSOptions } from 'miniprogram-cos'
import { MIB } from '../support/fakePhone'
import { createTestPhone } from '../support/phones'
import { ALICE, BOB, BUCKET, REGION, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({
  onFunctionCall: () => {
    calls++
  },
  onCosRequest: (entry) => log.push(entry),
})
let calls = 0
let log: LogEntry[] = []

beforeEach(() => {
  calls = 0
  log = []
})

const heads = (cos: ReturnType<typeof createTestPhone>['cos'], place: object) =>
  Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      cos
        .headObject({ ...place, Key: `private/${ALICE}/${i}` })
        .catch((error: { statusCode?: number }) => error.statusCode),
    ),
  )

test('20 concurrent first calls on a cold client make exactly 1 cloud function call', async () => {
  const { cos } = createTestPhone(cloud, ALICE)
  expect(await heads(cos, {})).toEqual(Array(20).fill(404))
  expect(calls).toBe(1)
  await heads(cos, {})
  expect(calls).toBe(1)
})

test('also when the app gives bucket and region', async () => {
  const { cos } = createTestPhone(cloud, ALICE)
  await heads(cos, { Bucket: BUCKET, Region: REGION })
  expect(calls).toBe(1)
})

test.each([-5, 5])(
  'a phone whose clock is %d hours ahead works, without a call per request',
  async (hours) => {
    const { cos } = createTestPhone(cloud, ALICE, { clockOffset: hours * 3600_000 })
    const Key = `private/${ALICE}/clock`
    await cos.putObject({ Key, Body: 'x' })
    for (let i = 0; i < 5; i++) expect((await cos.getObject({ Key })).Body).toBe('x')
    expect(calls).toBeLessThanOrEqual(2)
  },
)

describe('with ScopeLimit', () => {
  const folder = `private/${ALICE}/`
  const place = { Bucket: BUCKET, Region: REGION }

  function phoneWith(sizes: number[], options: CloudCOSOptions = {}) {
    const phone = createTestPhone(cloud, ALICE, {}, { ScopeLimit: true, ...options })
    const files = sizes.map((size, i) => {
      const FilePath = `${phone.simulator.wx.env.USER_DATA_PATH}/scoped-${i}.bin`
      writeFileSync(phone.simulator.realPath(FilePath), randomBytes(size))
      return { Key: `${folder}scoped/${i}.bin`, FilePath }
    })
    return { ...phone, files }
  }

  test('uploads 50 files with 2 calls: one for the folder, one for a key', async () => {
    const { cos, files } = phoneWith(Array(50).fill(2000))
    await cos.caller()
    const { files: ended } = await cos.uploadFiles({ files })
    expect(ended.filter(({ error }) => error)).toEqual([])
    expect(calls).toBe(2)
  })

  test('uploads 20 parts with 1 call, given bucket and region', async () => {
    const { cos, files } = phoneWith([20 * MIB], place)
    await cos.uploadFiles({ files })
    expect(log.filter(({ operation }) => operation === 'multipartUpload')).toHaveLength(20)
    expect(calls).toBe(1)
  })

  test('fetches another key for other actions', async () => {
    const { cos, files } = phoneWith([2000], place)
    await cos.uploadFiles({ files })
    const Key = files[0]?.Key ?? ''
    expect((await cos.headObject({ Key })).statusCode).toBe(200)
    expect(calls).toBe(2)
  })

  test('refuses a key outside the folder, and uploads the others', async () => {
    const { cos, files } = phoneWith([2000, 2000, 2000])
    const foreign = { ...(files[1] as (typeof files)[0]), Key: `private/${BOB}/x` }
    const { files: ended } = await cos.uploadFiles({
      files: [files[0], foreign, files[2]] as never,
    })
    expect(ended.map(({ error }) => error?.code)).toEqual([undefined, 'KitScopeRefused', undefined])
  })
})

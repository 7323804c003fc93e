import { createTestPhone } from '../support/phones'
import {
  ALICE,
  BUCKET,
  CREDENTIALS_FUNCTION,
  REGION,
  startTestCloud,
  type TestCloud,
} from '../support/testCloud'

let cloud: TestCloud
let calls = 0

beforeAll(async () => {
  cloud = await startTestCloud({
    functions: [CREDENTIALS_FUNCTION],
    onFunctionCall: () => {
      calls++
    },
  })
})
afterAll(() => cloud.end())
beforeEach(() => {
  calls = 0
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

test('the same when the app names bucket and region itself', async () => {
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

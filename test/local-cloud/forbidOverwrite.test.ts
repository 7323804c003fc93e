import { signedRequests } from '../support/cosRequests'
import { useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()

const signed = signedRequests(() => cloud)
const headers = { 'x-cos-forbid-overwrite': 'true' }
const put = (key: string, body: string) => signed('PUT', key, { headers, body })

test('of twenty concurrent writes that forbid overwriting, one succeeds', async () => {
  const bodies = Array.from({ length: 20 }, (_, i) => `body ${i}`)
  const answers = await Promise.all(bodies.map((body) => put('race', body)))
  const arrived = answers.flatMap(({ status }, i) => (status === 200 ? [bodies[i]] : []))
  expect(arrived).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  expect((await signed('GET', 'race', {})).body).toBe(arrived[0])
})

test('a deleted object can be written again', async () => {
  expect((await put('gone', 'a')).status).toBe(200)
  await signed('DELETE', 'gone', {})
  expect((await put('gone', 'b')).status).toBe(200)
})

test.each(['Enabled', 'Suspended'])(
  'has no effect in a bucket with versioning: %s',
  async (Status) => {
    await signed('PUT', '', {
      query: { versioning: '' },
      body: `<VersioningConfiguration><Status>${Status}</Status></VersioningConfiguration>`,
    })
    expect((await put('versioned', 'a')).status).toBe(200)
    expect((await put('versioned', 'b')).status).toBe(200)
  },
)

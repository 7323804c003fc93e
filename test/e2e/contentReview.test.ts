import type { MediaSuggestion } from '@miniprogram-cos/local-cloud'
import sharp from 'sharp'
import { signedRequests } from '../support/cosRequests'
import { useDatabaseFunction } from '../support/databaseFunction'
import { builtSnippet } from '../support/documents'
import { ALICE, BOB, ROOT_KEY, useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

/** The function of the guide with the real wx-server-sdk, and a review whose verdicts a test gives. */
let picture: Buffer
const database = useDatabaseFunction()
const verdicts: { content: Buffer; give: (suggestion: MediaSuggestion) => void }[] = []

const cloud = useTestCloud({
  collections: ['reviews'],
  functions: [database.deployed],
  mediaCheck: {
    deliverTo: 'review',
    judge: (content) => new Promise((give) => verdicts.push({ content, give })),
  },
})

beforeAll(async () => {
  picture = await sharp({
    create: { width: 600, height: 400, channels: 3, background: { r: 9, g: 99, b: 199 } },
  })
    .png()
    .toBuffer()
  const file = await builtSnippet('reviewFunction.ts', cloud.folder)
  const variables = {
    COS_STS_SECRET_ID: ROOT_KEY.SecretId,
    COS_STS_SECRET_KEY: ROOT_KEY.SecretKey,
    COS_PROXY: cloud.cos,
  }
  cloud.deployFunctions([database.deployed, { name: 'review', file, variables }])
})

const signed = signedRequests(() => cloud)
const review = (event: object, openid = ALICE) => cloud.host.call('review', event, { openid })
const keysBelow = async (prefix: string) => {
  const { body } = await signed('GET', '', { query: { prefix } })
  return [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key = '']) => key)
}
const states = () =>
  database.run(cloud, async (db) => (await db.collection('reviews').get()).data, {})

const isReviewed = async () => (await states()).every(({ state }) => state !== 'in review')

async function submit(key: string): Promise<(typeof verdicts)[number]> {
  await signed('PUT', key, { body: picture, headers: { 'Content-Type': 'image/png' } })
  const [, openid] = key.split('/')
  expect(await review({ key }, openid)).toEqual({ state: 'in review' })
  await until(() => verdicts.length > 0, 'a verdict is there')
  return verdicts.pop() as (typeof verdicts)[number]
}

test('an approved picture becomes readable by others, with a thumbnail', async () => {
  const { content, give } = await submit(`incoming/${ALICE}/照片 1.png`)
  expect(content.equals(picture)).toBe(true)
  // Nobody can replace what is being reviewed, or see it.
  expect(await keysBelow('incoming/')).toEqual([])
  expect(await keysBelow('shared/')).toEqual([])
  give('pass')
  const published = `shared/${ALICE}/照片 1.png`
  await until(async () => (await states()).every(({ state }) => state === 'pass'), 'all pass')
  expect(await keysBelow('')).toEqual([published, `${published}.thumbnail.jpg`])
  const thumbnail = await signed('GET', `${published}.thumbnail.jpg`)
  expect(thumbnail.headers['content-type']).toBe('image/jpeg')
})

test('a picture that is refused is deleted, and one in doubt waits for a person', async () => {
  ;(await submit(`incoming/${BOB}/bad.png`)).give('risky')
  ;(await submit(`incoming/${BOB}/doubt.png`)).give('review')
  await until(isReviewed, 'all are reviewed')
  expect(await keysBelow(`shared/${BOB}/`)).toEqual([])
  expect(await keysBelow('review/')).toHaveLength(1)
})

test.each([
  ['another user’s file', `incoming/${BOB}/1`],
  ['dot segments', `incoming/${ALICE}/../${BOB}/1`],
  ['no text', { startsWith: true }],
  ['what is published', `shared/${ALICE}/x`],
])('a caller cannot submit %s', async (_, key) => {
  await expect(review({ key })).rejects.toThrow('not a file of the caller')
})

test.each([
  ['an unknown trace id', 'guessed'],
  ['a query as the trace id', { $ne: '' }],
  ['no trace id', undefined],
])('a forged message with %s publishes nothing', async (_, trace_id) => {
  const { give } = await submit(`incoming/${ALICE}/forged.png`)
  const message = { Event: 'wxa_media_check', errcode: 0, result: { suggest: 'pass' }, trace_id }
  await expect(review(message)).rejects.toThrow(/no (such review|trace id)/)
  expect(await keysBelow(`shared/${ALICE}/forged`)).toEqual([])
  give('risky')
  await until(isReviewed, 'all are reviewed')
})

test('a review that a phone has added to the collection moves nothing', async () => {
  const secret = `private/${BOB}/secret`
  await signed('PUT', secret, { body: 'x' })
  const forged = { held: secret, published: `shared/${ALICE}/stolen`, state: 'in review' }
  await database.run(
    cloud,
    (db, data) => db.collection('reviews').add({ data: { ...data, _id: 'chosen' } }),
    { ...forged, _openid: ALICE },
  )
  const result = { suggest: 'pass' }
  const message = { Event: 'wxa_media_check', errcode: 0, trace_id: 'chosen', result }
  await expect(review(message)).rejects.toThrow('no such review')
  expect(await keysBelow('private/')).toEqual([secret])
  await database.run(cloud, (db) => db.collection('reviews').where({ _id: 'chosen' }).remove(), {})
})

test('wrong parameters are WeChat’s error, and content that cannot be read is reported', async () => {
  const call = (params: object) =>
    database.run(cloud, (_, input, sdk) => sdk.openapi.security.mediaCheckAsync(input), params)
  await expect(call({ mediaUrl: 'x' })).rejects.toThrow('invalid args')
  const { length } = verdicts
  const params = { mediaType: 2, version: 2, scene: 1, openid: ALICE }
  const mediaUrl = 'https://example.com/a.png'
  expect(await call({ ...params, mediaUrl })).toMatchObject({ traceId: expect.any(String) })
  expect(verdicts).toHaveLength(length)
})

import { randomUUID } from 'node:crypto'
import COS from 'cos-nodejs-sdk-v5'
import cloud from 'wx-server-sdk'

cloud.init()

const place = { Bucket: 'media-1250000000', Region: 'ap-guangzhou' }
const cos = new COS({
  SecretId: process.env.COS_STS_SECRET_ID,
  SecretKey: process.env.COS_STS_SECRET_KEY,
  // For tests against a local COS; unset in the cloud.
  Proxy: process.env.COS_PROXY ?? '',
  Protocol: process.env.COS_PROXY ? 'http:' : 'https:',
})

/** Callers can submit files of their own folder only. */
export function ownKey(openid: string | undefined, key: unknown): string {
  const folder = `incoming/${openid}/`
  const isOwn = openid && typeof key === 'string' && key.startsWith(folder) && !key.includes('..')
  if (!isOwn) throw new Error('not a file of the caller')
  return key
}

async function move(from: string, to: string): Promise<void> {
  const path = from.split('/').map(encodeURIComponent).join('/')
  const CopySource = `${place.Bucket}.cos.${place.Region}.myqcloud.com/${path}`
  await cos.putObjectCopy({ ...place, Key: to, CopySource })
  await cos.deleteObject({ ...place, Key: from })
}

/** A smaller picture, made by COS. */
async function writeThumbnail(key: string): Promise<void> {
  const QueryString = 'imageMogr2/thumbnail/300x300/format/jpg'
  const { Body } = await cos.getObject({ ...place, Key: key, QueryString })
  await cos.putObject({ ...place, Key: `${key}.thumbnail.jpg`, Body, ContentType: 'image/jpeg' })
}

const reviews = () => cloud.database().collection('reviews')

/** Submits a file of the caller. It is moved first, so that nobody can replace what is being reviewed. */
async function submit(key: unknown) {
  const { OPENID } = cloud.getWXContext()
  const own = ownKey(OPENID, key)
  const held = `review/${randomUUID()}`
  await move(own, held)
  const { traceId } = await cloud.openapi.security.mediaCheckAsync({
    mediaUrl: cos.getObjectUrl({ ...place, Key: held, Expires: 3600, Sign: true }, () => {}),
    mediaType: 2,
    version: 2,
    scene: 1,
    openid: OPENID,
  })
  const published = own.replace(/^incoming\//, 'shared/')
  await reviews().add({ data: { _id: traceId, held, published, state: 'in review' } })
  // Users can call this function as WeChat does: they must not know the trace id.
  return { state: 'in review' }
}

interface Message {
  Event?: unknown
  trace_id?: unknown
  errcode?: unknown
  result?: { suggest?: unknown }
}

/** WeChat's verdict about a file. A person looks at what is neither good nor bad. */
async function finish({ trace_id: id, errcode, result }: Message) {
  if (typeof id !== 'string') throw new Error('no trace id')
  const found = await reviews().where({ _id: id, state: 'in review' }).get()
  // The SDK's types include the answers of calls with a callback, which this is not.
  const [review] = typeof found === 'object' ? found.data : []
  // What a phone adds to the collection has its user's OPENID.
  if (!review || review._openid) throw new Error('no such review')
  const { held, published } = review
  const suggest = errcode === 0 ? result?.suggest : 'review'
  if (suggest === 'pass') {
    await move(held, published)
    await writeThumbnail(published)
  }
  if (suggest === 'risky') await cos.deleteObject({ ...place, Key: held })
  await reviews()
    .where({ _id: id })
    .update({ data: { state: String(suggest) } })
  return { state: suggest }
}

/** Called by the app after an upload, `{ key }`, and by WeChat with the result. */
export const main = (event: Message & { key?: unknown }) =>
  event.Event === 'wxa_media_check' ? finish(event) : submit(event.key)

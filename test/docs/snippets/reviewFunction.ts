import COS from 'cos-nodejs-sdk-v5'
import cloud from 'wx-server-sdk'

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

/** A URL from which WeChat's review can download the file for an hour. */
export function reviewUrl(key: string): string {
  return cos.getObjectUrl({ ...place, Key: key, Expires: 3600, Sign: true }, () => {})
}

/** Moves an approved file to the shared folder. @returns its new key */
export async function publish(key: string): Promise<string> {
  const published = key.replace(/^incoming\//, 'shared/')
  const source = `${place.Bucket}.cos.${place.Region}.myqcloud.com/${encodeURI(key)}`
  await cos.putObjectCopy({ ...place, Key: published, CopySource: source })
  await cos.deleteObject({ ...place, Key: key })
  return published
}

/** Called by the app after an upload: `{ key }`. */
export async function main(event: { key?: unknown }) {
  const { OPENID } = cloud.getWXContext()
  const key = ownKey(OPENID, event.key)
  // The result arrives later, in a wxa_media_check message with this trace id.
  const { traceId } = await cloud.openapi.security.mediaCheckAsync({
    mediaUrl: reviewUrl(key),
    mediaType: 2,
    version: 2,
    scene: 1,
    openid: OPENID,
  })
  return { traceId }
}

import COS from 'cos-nodejs-sdk-v5'
import cloud from 'wx-server-sdk'

const place = { Bucket: 'media-1250000000', Region: 'ap-guangzhou' }
const cos = new COS({
  SecretId: process.env.COS_STS_SECRET_ID,
  SecretKey: process.env.COS_STS_SECRET_KEY,
  // A proxy to COS; none in the cloud.
  Proxy: process.env.COS_PROXY ?? '',
  Protocol: process.env.COS_PROXY ? 'http:' : 'https:',
})

/** A caller can only submit what lies in their own folder. */
export function ownKey(openid: string | undefined, key: unknown): string {
  const folder = `incoming/${openid}/`
  const isOwn = openid && typeof key === 'string' && key.startsWith(folder) && !key.includes('..')
  if (!isOwn) throw new Error('this is not a file of yours')
  return key
}

/** Where WeChat's review can fetch it for an hour. */
export function reviewUrl(key: string): string {
  return cos.getObjectUrl({ ...place, Key: key, Expires: 3600, Sign: true }, () => {})
}

/** What passed is copied to where others may read, and goes from where it came. @returns its new key */
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
  // The answer comes later, as a message of type wxa_media_check that carries this trace id.
  const { traceId } = await cloud.openapi.security.mediaCheckAsync({
    mediaUrl: reviewUrl(key),
    mediaType: 2,
    version: 2,
    scene: 1,
    openid: OPENID,
  })
  return { traceId }
}

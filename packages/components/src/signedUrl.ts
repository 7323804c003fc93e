import { clientOf } from './client'

/** A URL is not reused in the last seconds before it expires. */
const MARGIN = 60

interface SignedUrl {
  url: string
  /** Unix seconds. */
  until: number
}

/** URLs that are signed, or are being signed: several pictures may request the same one at a time. */
const cache = new Map<string, Promise<SignedUrl>>()
const MAX_ENTRIES = 500

/**
 * A signed URL of an object. It is reused while it is valid, so that WeChat's image cache applies.
 * @param Query processing parameters of COS, as `{ 'imageMogr2/thumbnail/200x': '' }`
 * @param isFresh signs again although the last URL should be valid
 */
export async function signedUrl(
  client: string,
  Key: string,
  Query: Record<string, string> = {},
  Expires = 1800,
  isFresh = false,
): Promise<SignedUrl> {
  const id = [client, Key, JSON.stringify(Query)].join('\n')
  const known = isFresh ? undefined : await cache.get(id)
  if (known && known.until - MARGIN > Date.now() / 1000) return known
  const signing = sign(client, Key, Query, Expires)
  cache.delete(id)
  cache.set(id, signing)
  signing.catch(() => cache.delete(id))
  for (const oldest of cache.keys()) {
    if (cache.size <= MAX_ENTRIES) break
    cache.delete(oldest)
  }
  return signing
}

async function sign(
  client: string,
  Key: string,
  Query: Record<string, string>,
  Expires: number,
): Promise<SignedUrl> {
  const cos = clientOf(client)
  if (!cos.getObjectUrl) throw new Error('the client of miniprogram-cos/upload signs no URLs')
  const url = await cos.getObjectUrl({ Key, Expires, Query })
  // A URL expires with the credentials that sign it, possibly before `Expires`.
  const end = /q-sign-time=\d+(?:;|%3B)(\d+)/i.exec(url)
  return { url, until: end ? Number(end[1]) : Date.now() / 1000 + Expires }
}

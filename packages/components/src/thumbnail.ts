import { clientOf } from './client'
import { signedUrl } from './signedUrl'
import { snapshotQuery } from './snapshotQuery'

/** A picture up to this size is shown as it is where COS makes no small ones. Bytes. */
const MAX_ORIGINAL = 3 * 1024 * 1024
/** Pixels of a dense screen. */
const SIDE = 240

/** Whether data processing is on for the bucket of a client; asked once, with its first picture. */
const processing = new Map<string, Promise<boolean>>()

/** The address of a small picture, which COS makes when it is read; empty if there is none to show. */
export async function thumbnailUrl(client: string, key: string, size: number): Promise<string> {
  let canProcess = processing.get(client)
  if (!canProcess) {
    canProcess = askProcessing(client, key)
    processing.set(client, canProcess)
  }
  if (await canProcess) {
    const rule = `imageMogr2/thumbnail/!${SIDE}x${SIDE}r/gravity/center/crop/${SIDE}x${SIDE}`
    return (await signedUrl(client, key, { [rule]: '' })).url
  }
  return size <= MAX_ORIGINAL ? (await signedUrl(client, key)).url : ''
}

/** The address of a small snapshot of a video. */
export async function coverUrl(client: string, key: string): Promise<string> {
  return (await signedUrl(client, key, snapshotQuery(SIDE))).url
}

/** `imageInfo` is the smallest answer of data processing. */
async function askProcessing(client: string, Key: string): Promise<boolean> {
  try {
    const answer = await clientOf(client).getObject?.({ Key, Query: { imageInfo: '' } })
    return 'width' in JSON.parse(String(answer?.Body))
  } catch (_) {
    return false
  }
}

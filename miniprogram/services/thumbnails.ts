import { cos } from './cos'
import { keyOf } from './folder'

/** A picture of this size is shown as it is where COS makes no small ones. Bytes. */
const MAX_ORIGINAL = 3 * 1024 * 1024
/** Of the box, in pixels of a dense screen. */
const SIDE = 240

/** Whether data processing is on for the bucket; asked once, with the first picture. */
let canProcess: Promise<boolean> | undefined

/** The address of a small picture, made by COS as it is read; empty if there is none to show. */
export async function thumbnailOf(path: string, size: number): Promise<string> {
  const Key = await keyOf(path)
  canProcess = canProcess || askProcessing(Key)
  if (await canProcess) {
    const rule = `imageMogr2/thumbnail/!${SIDE}x${SIDE}r/gravity/center/crop/${SIDE}x${SIDE}`
    return cos.getObjectUrl({ Key, Expires: 1800, Query: { [rule]: '' } })
  }
  return size <= MAX_ORIGINAL ? cos.getObjectUrl({ Key, Expires: 1800 }) : ''
}

/** `imageInfo` is the smallest answer of data processing. */
async function askProcessing(Key: string): Promise<boolean> {
  try {
    const { Body } = await cos.getObject({ Key, Query: { imageInfo: '' } })
    return 'width' in JSON.parse(Body as string)
  } catch (_) {
    return false
  }
}

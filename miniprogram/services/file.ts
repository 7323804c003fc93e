import type { FileKind } from 'miniprogram-cos-components'
import { cos, keyOf } from './cos'

export interface FileDetails {
  /** Bytes. */
  size: number
  type: string
  /** Unix milliseconds. */
  time: number
  etag: string
}

/** Length of the preview of a text file, in bytes. */
const TEXT_BYTES = 32 * 1024

export async function readDetails(path: string): Promise<FileDetails> {
  const { headers, ETag } = await cos.headObject({ Key: await keyOf(path) })
  return {
    size: Number(headers['content-length']),
    type: headers['content-type'] || '',
    time: Date.parse(headers['last-modified'] || ''),
    etag: ETag,
  }
}

/** The beginning of a text file. */
export async function readText(path: string, size: number): Promise<string> {
  if (size === 0) return ''
  const Range = `bytes=0-${Math.min(size, TEXT_BYTES) - 1}`
  const { Body } = await cos.getObject({ Key: await keyOf(path), Range })
  return size > TEXT_BYTES ? `${Body as string}…` : (Body as string)
}

/** A link that opens the file for a limited time, for anyone who has it. */
export async function linkTo(
  path: string,
  seconds: number,
): Promise<{ url: string; until: number }> {
  const url = await cos.getObjectUrl({ Key: await keyOf(path), Expires: seconds })
  // A link expires with the credentials that sign it, so the expiry is read from the link.
  const end = /q-sign-time=\d+(?:;|%3B)(\d+)/i.exec(url)
  return { url, until: end ? Number(end[1]) * 1000 : 0 }
}

/** Downloads the file to the phone. @returns its local path */
export async function download(
  path: string,
  onPercent: (percent: number) => void,
): Promise<string> {
  const { FilePath } = await cos.downloadFile({
    Key: await keyOf(path),
    onProgress: ({ percent }) => onPercent(Math.round(percent * 100)),
  })
  return FilePath
}

/** COS has no rename operation: copies the object, then deletes the original. */
export async function rename(path: string, newPath: string): Promise<void> {
  const { Bucket, Region } = await cos.caller()
  const Key = await keyOf(path)
  const source = Key.split('/').map(encodeURIComponent).join('/')
  await cos.sliceCopyFile({
    Key: await keyOf(newPath),
    CopySource: `${Bucket}.cos.${Region}.myqcloud.com/${source}`,
  })
  await cos.deleteObject({ Key })
}

export async function remove(path: string): Promise<void> {
  await cos.deleteObject({ Key: await keyOf(path) })
}

/** Pictures and videos go to the album, documents are opened, anything else can be sent to a chat. */
export async function saveToPhone(
  filePath: string,
  fileName: string,
  kind: FileKind | '',
): Promise<void> {
  if (kind === 'image') await wx.saveImageToPhotosAlbum({ filePath })
  else if (kind === 'video') await wx.saveVideoToPhotosAlbum({ filePath })
  // Its menu saves and forwards.
  else if (kind === 'document') await wx.openDocument({ filePath, showMenu: true })
  else await wx.shareFileMessage({ filePath, fileName })
}

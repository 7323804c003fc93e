import { isCosError } from 'miniprogram-cos'
import { cos } from './cos'
import { keyOf } from './folder'

export interface FileDetails {
  /** Bytes. */
  size: number
  type: string
  /** Unix milliseconds. */
  time: number
  etag: string
}

/** As much of a text as is shown. Bytes. */
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

/** An address that opens the file for a while, for anybody who has it. */
export async function linkTo(
  path: string,
  seconds: number,
): Promise<{ url: string; until: number }> {
  const url = await cos.getObjectUrl({ Key: await keyOf(path), Expires: seconds })
  // Never longer than the key that signs: the address itself says until when.
  const end = /q-sign-time=\d+(?:;|%3B)(\d+)/i.exec(url)
  return { url, until: end ? Number(end[1]) * 1000 : 0 }
}

/** Fetches the file to the phone. @returns its local path */
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

export async function exists(path: string): Promise<boolean> {
  try {
    await cos.headObject({ Key: await keyOf(path) })
    return true
  } catch (error) {
    if (isCosError(error) && error.statusCode === 404) return false
    throw error
  }
}

/** COS knows no renaming: the file is copied within COS, then the old one deleted. */
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

import type { ChosenFile } from '../client'
import { fileKind } from '../fileName'

export interface ChooseOptions {
  /** Where files come from: the album and the camera, or a chat. */
  source: 'media' | 'messageFile'
  count: number
  /** Of `media`. */
  mediaType: ('image' | 'video')[]
  sourceType: ('album' | 'camera')[]
  sizeType: ('original' | 'compressed')[]
  /** Seconds of a video from the camera, 3 to 60. */
  maxDuration: number
  /** Endings of files from a chat; all if empty. */
  extension: string[]
}

/** WeChat's limits: files of the album, files of a chat. */
const MAX_MEDIA = 20
const MAX_FILES = 100

/** Lets the user choose files. @throws the error of WeChat, also when the user cancels */
export async function chooseFiles(options: ChooseOptions): Promise<ChosenFile[]> {
  const { source, count, extension } = options
  if (source === 'media') return chooseMedia(options)
  const { tempFiles } = await wx.chooseMessageFile({
    count: Math.min(count, MAX_FILES),
    ...(extension.length > 0 ? { type: 'file', extension } : { type: 'all' }),
  })
  return tempFiles.map(({ path, name, size }) => {
    const kind = fileKind(name)
    return {
      path,
      name,
      size,
      type: kind === 'image' || kind === 'video' ? kind : 'file',
      thumb: kind === 'image' ? path : '',
    }
  })
}

/** The album gives no file names: they are made from the time. */
async function chooseMedia(options: ChooseOptions): Promise<ChosenFile[]> {
  const { count, mediaType, sourceType, sizeType, maxDuration } = options
  const { tempFiles } = await wx.chooseMedia({
    count: Math.min(count, MAX_MEDIA),
    mediaType,
    sourceType,
    sizeType,
    maxDuration,
  })
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000)
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  return tempFiles.map(({ tempFilePath, size, fileType, thumbTempFilePath }, i) => {
    const ending = /\.\w+$/.exec(tempFilePath)
    const isVideo = fileType === 'video'
    const name = `${isVideo ? 'VID' : 'IMG'}_${stamp}_${i + 1}${ending ? ending[0] : ''}`
    return {
      path: tempFilePath,
      name,
      size,
      type: isVideo ? 'video' : 'image',
      thumb: isVideo ? thumbTempFilePath || '' : tempFilePath,
    }
  })
}

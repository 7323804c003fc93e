import type { ChosenFile } from '../client'
import { mediaKind } from '../file'

/** WeChat's limits: files of the album, files of a chat. */
const MAX_MEDIA = 20
const MAX_FILES = 100

/**
 * Lets the user choose files of a chat.
 * @param extension endings; all if empty
 * @throws the error of WeChat, also when the user cancels
 */
export async function chooseChatFiles(count: number, extension: string[]): Promise<ChosenFile[]> {
  const { tempFiles } = await wx.chooseMessageFile({
    count: Math.min(count, MAX_FILES),
    ...(extension.length > 0 ? { type: 'file', extension } : { type: 'all' }),
  })
  return tempFiles.map(({ path, name, size }) => {
    const type = mediaKind(name)
    return { path, name, size, type, thumb: type === 'image' ? path : '' }
  })
}

/**
 * Lets the user choose from the album, or take a picture. The album gives no file names: they are made from the time.
 * @throws the error of WeChat, also when the user cancels
 */
export async function chooseMedia(
  options: WechatMiniprogram.ChooseMediaOption & { count: number },
): Promise<ChosenFile[]> {
  const { tempFiles } = await wx.chooseMedia({
    maxDuration: 60,
    ...options,
    count: Math.min(options.count, MAX_MEDIA),
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

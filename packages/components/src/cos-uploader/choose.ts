import type { ChosenFile } from '../client'
import { formatSize, mediaKind, UNITS } from '../file'
import { fill } from '../locale'
import type { UploaderTexts } from '../uploads/texts'

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

/** As TDesign's: a number of KB, or with a unit. */
export type SizeLimit = number | { size: number; unit: 'B' | 'KB' | 'MB' | 'GB'; message?: string }

/** `bytes` is 0 for no limit. */
function readLimit(limit: SizeLimit | null): { bytes: number; message?: string | undefined } {
  if (!limit) return { bytes: 0 }
  if (typeof limit === 'number') return { bytes: limit * 1024 }
  const { size, unit, message } = limit
  return { bytes: size * 1024 ** UNITS.indexOf(unit), message }
}

/** `Up to 9 files, 20 MB each`; empty without limits. */
export function limitHint(max: number, limit: SizeLimit | null, texts: UploaderTexts): string {
  const { bytes } = readLimit(limit)
  return [
    max > 0 && fill(texts.maxHint, { n: max }),
    bytes > 0 && fill(texts.sizeHint, { limit: formatSize(bytes) }),
  ]
    .filter(Boolean)
    .join(' · ')
}

interface Rejected {
  file: ChosenFile
  reason: 'count' | 'size'
  message: string
}

/** Splits chosen files into those within the limits and the others, each with its reason. */
export function applyLimits(
  files: ChosenFile[],
  { room, max, sizeLimit }: { room: number; max: number; sizeLimit: SizeLimit | null },
  texts: UploaderTexts,
): { accepted: ChosenFile[]; rejected: Rejected[] } {
  const { bytes, message } = readLimit(sizeLimit)
  const accepted: ChosenFile[] = []
  const rejected: Rejected[] = []
  for (const file of files) {
    if (bytes > 0 && file.size > bytes) {
      const values = { name: file.name, limit: formatSize(bytes) }
      rejected.push({ file, reason: 'size', message: message || fill(texts.tooLarge, values) })
    } else if (accepted.length >= room) {
      rejected.push({ file, reason: 'count', message: fill(texts.tooMany, { n: max }) })
    } else accepted.push(file)
  }
  return { accepted, rejected }
}

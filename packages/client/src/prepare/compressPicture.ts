import { fileSize } from '../wx/files'
import { compressImage, type ImageInfo, readImageInfo } from '../wx/media'

/** How pictures are made smaller. */
export interface CompressOptions {
  /** Of JPEG, 0 to 100. @default 80 */
  quality?: number
  /** Pixels as shown. Wider pictures are scaled down. @default any */
  maxWidth?: number
  /** Pixels as shown. Higher pictures are scaled down. @default any */
  maxHeight?: number
}

/** A picture file. */
export interface Picture {
  path: string
  size: number
  /** As shown; undefined if WeChat cannot read the format. */
  dimensions: Dimensions | undefined
}

export interface Dimensions {
  width: number
  height: number
}

/** EXIF orientations that turn a picture by a quarter. */
const isTurned = ({ orientation = 'up' }: ImageInfo) => /^(left|right)/.test(orientation)

/** Width and height as shown, after rotation. */
export const shownDimensions = (info: ImageInfo): Dimensions =>
  isTurned(info)
    ? { width: info.height, height: info.width }
    : { width: info.width, height: info.height }

/** The dimensions of a picture, and how it is turned; undefined if WeChat cannot read it. */
export const infoOf = (path: string): Promise<ImageInfo | undefined> =>
  readImageInfo(path).catch(() => undefined)

/**
 * Compresses a JPEG, and scales a JPEG or PNG down; other formats stay as they are, for `wx.compressImage` would take
 * the animation of a GIF and the transparency of a PNG, and phones differ about HEIC. The original stays if it is
 * smaller, if the phone cannot compress it, or if its rotation would be lost.
 */
export async function compressPicture(
  original: Picture,
  contentType: string,
  { quality = 80, maxWidth, maxHeight }: CompressOptions,
): Promise<Picture> {
  const before = await infoOf(original.path)
  if (!before || !/^image\/(jpeg|png)$/.test(contentType)) return original
  const shown = shownDimensions(before)
  const scale = Math.min(
    1,
    (maxWidth || shown.width) / shown.width,
    (maxHeight || shown.height) / shown.height,
  )
  // The quality has no effect on a PNG.
  if (scale === 1 && contentType !== 'image/jpeg') return original
  const width = Math.max(1, Math.floor(before.width * scale))
  const options = { src: original.path, quality, ...(scale < 1 && { compressedWidth: width }) }
  try {
    const path = await compressImage(options)
    const [after, size] = [await readImageInfo(path), await fileSize(path)]
    const dimensions = shownDimensions(after)
    const isBetter = size > 0 && size < original.size && keepsRotation(before, after)
    return isBetter ? { path, size, dimensions } : original
  } catch {
    // It fails on some Android phones and is missing on PCs.
    return original
  }
}

/**
 * Whether a compressed picture is shown as the original. Phones either keep the EXIF orientation or turn the pixels;
 * some drop the one without the other.
 */
function keepsRotation(before: ImageInfo, after: ImageInfo): boolean {
  const [{ orientation: was = 'up' }, { orientation: is = 'up' }] = [before, after]
  const isSameShape = isAlike(shownDimensions(before), shownDimensions(after))
  if (is === was) return isSameShape
  // Turned by a quarter, the shape shows that the pixels were turned; otherwise nothing does.
  const isSquare = isAlike(before, { width: before.height, height: before.width })
  return is === 'up' && isTurned(before) && !isSquare && isSameShape
}

/** Whether two shapes differ by rounding only. */
const isAlike = (one: Dimensions, other: Dimensions) =>
  Math.abs(one.width * other.height - other.width * one.height) <=
  Math.max(one.width, one.height, other.width, other.height)

import { fileSize } from '../wx/files'
import { compressImage, type ImageInfo, readImageInfo } from '../wx/media'

/** Options of picture compression. */
export interface CompressOptions {
  /** JPEG quality, 0 to 100. @default 80 */
  quality?: number
  /** Pixels, after rotation. Wider pictures are scaled down. @default no limit */
  maxWidth?: number
  /** Pixels, after rotation. Higher pictures are scaled down. @default no limit */
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

/** Whether the EXIF orientation rotates the picture by 90 degrees. */
const isTurned = ({ orientation = 'up' }: ImageInfo) => /^(left|right)/.test(orientation)

/** Width and height as shown, after rotation. */
export const shownDimensions = (info: ImageInfo): Dimensions =>
  isTurned(info)
    ? { width: info.height, height: info.width }
    : { width: info.width, height: info.height }

/** Reads the dimensions and the orientation of a picture; undefined if WeChat cannot read it. */
export const infoOf = (path: string): Promise<ImageInfo | undefined> =>
  readImageInfo(path).catch(() => undefined)

/**
 * Compresses JPEG, and scales down JPEG and PNG. Other formats are not changed: `wx.compressImage` would remove the
 * animation of a GIF, and its result for HEIC differs between phones. Returns the original if it is smaller, if the
 * phone cannot compress it, or if its rotation would be lost.
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
    // wx.compressImage fails on some Android phones and is missing on PCs.
    return original
  }
}

/**
 * Whether a compressed picture is shown with the same rotation as the original. Phones keep the EXIF orientation or
 * rotate the pixels; some drop the orientation without rotating the pixels.
 */
function keepsRotation(before: ImageInfo, after: ImageInfo): boolean {
  const [{ orientation: originalOrientation = 'up' }, { orientation: newOrientation = 'up' }] = [
    before,
    after,
  ]
  const isSameShape = isAlike(shownDimensions(before), shownDimensions(after))
  if (newOrientation === originalOrientation) return isSameShape
  // After a rotation by 90 degrees, the shape shows whether the pixels were rotated; otherwise nothing does.
  const isSquare = isAlike(before, { width: before.height, height: before.width })
  return newOrientation === 'up' && isTurned(before) && !isSquare && isSameShape
}

/** Whether two shapes differ by rounding only. */
const isAlike = (one: Dimensions, other: Dimensions) =>
  Math.abs(one.width * other.height - other.width * one.height) <=
  Math.max(one.width, one.height, other.width, other.height)

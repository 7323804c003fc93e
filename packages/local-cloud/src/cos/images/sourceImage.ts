import type sharp from 'sharp'
import type { Sharp, SharpOptions } from 'sharp'
import { decodeBmp, jpegQuality, readBmpHeader, sniffFormat } from './formats'
import { ERR_NO, ImageError, type ImageFormat } from './imagePipeline'

/** The module sharp, which is loaded only when an image is processed. */
export type SharpModule = typeof sharp

/** Limits of originals (documents 1045/33713, 436/36367). */
const MAX_SOURCE_BYTES = 32 * 1024 * 1024
const MAX_SOURCE_SIDE = 30_000
/** Width x height x frames. */
const MAX_PIXELS = 250_000_000
const MAX_FRAMES = 300

/** Time limit of one run of sharp, in seconds. */
const PASS_SECONDS = 20

/** An original within the limits, of which only the header has been read. */
export interface SourceImage {
  bytes: Buffer
  format: ImageFormat
  /** Width and height of one frame, before rotation by the EXIF orientation. */
  width: number
  height: number
  frames: number
  /** EXIF orientation, 1 to 8. */
  orientation: number
  /** 1 to 100; only of JPEG. */
  quality?: number
  /** The EXIF block, if there is one. */
  exif?: Buffer
}

/** Reads the header of an image. @throws ImageError */
export async function readSource(sharp: SharpModule, bytes: Buffer): Promise<SourceImage> {
  if (bytes.length === 0) {
    throw new ImageError('InvalidImageFormat', 'The image is empty.', ERR_NO.emptyOriginal)
  }
  checkSourceBytes(bytes.length)
  const format = sniffFormat(bytes)
  if (format === 'heif') {
    throw new ImageError('NotImplemented', 'The local COS does not decode HEIF images (HEVC).')
  }
  if (!format) {
    throw new ImageError(
      'InvalidImageFormat',
      'The object is not an image of a format that can be processed.',
      ERR_NO.formatNotSupported,
    )
  }
  if (format === 'bmp') {
    const { width, height } = readBmpHeader(bytes)
    return checkPixels({ bytes, format, width, height, frames: 1, orientation: 1 })
  }
  const metadata = await attempt(() => sharp(bytes, { limitInputPixels: false }).metadata())
  const quality = format === 'jpeg' ? jpegQuality(bytes) : undefined
  return checkPixels({
    bytes,
    format,
    width: metadata.width,
    height: metadata.height,
    frames: metadata.pages ?? 1,
    orientation: metadata.orientation ?? 1,
    ...(quality === undefined ? {} : { quality }),
    ...(metadata.exif ? { exif: metadata.exif } : {}),
  })
}

/** @throws ImageError `ImageTooLarge` */
export function checkSourceBytes(size: number): void {
  if (size > MAX_SOURCE_BYTES) {
    throw new ImageError('ImageTooLarge', 'The image is larger than 32 MB.', ERR_NO.fileTooLarge)
  }
}

function checkPixels(source: SourceImage): SourceImage {
  const { width, height, frames } = source
  const isWithin =
    Math.max(width, height) <= MAX_SOURCE_SIDE &&
    width * height * frames <= MAX_PIXELS &&
    frames <= MAX_FRAMES
  if (isWithin) return source
  throw new ImageError(
    'ImageResolutionExceed',
    `The image has ${width} x ${height} pixels and ${frames} frames, which is more than can be processed.`,
    ERR_NO.resolutionExceeded,
  )
}

/** Opens an original, whose pixels are decoded when the result is requested. */
export function openSource(
  sharp: SharpModule,
  { bytes, format }: SourceImage,
  frames: number,
): Sharp {
  if (format === 'bmp') {
    const { data, width, height, channels } = decodeBmp(bytes)
    return openImage(sharp, data, { raw: { width, height, channels } })
  }
  return openImage(sharp, bytes, { pages: frames })
}

/** Opens an image with limits for pixels and time. */
export function openImage(sharp: SharpModule, bytes: Buffer, options: SharpOptions = {}): Sharp {
  return sharp(bytes, { limitInputPixels: MAX_PIXELS, sequentialRead: true, ...options }).timeout({
    seconds: PASS_SECONDS,
  })
}

/** Runs sharp and turns its failures into errors about the image. @throws ImageError */
export async function attempt<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ImageError) throw error
    const message = error instanceof Error ? error.message : String(error)
    if (/timeout/i.test(message)) {
      throw new ImageError('ServiceUnavailable', 'Processing took too long.', ERR_NO.timeout)
    }
    throw new ImageError(
      'InvalidImageFormat',
      `The image cannot be decoded: ${message.split('\n')[0]}`,
      ERR_NO.formatNotSupported,
    )
  }
}

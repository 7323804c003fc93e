import type { Sharp } from 'sharp'
import { encodeBmp } from './bmp'
import { OPAQUE } from './imageFormats'
import type { ImageFormat, OutputOptions, QualityRule } from './imagePipeline'
import { attempt, openImage, type SharpModule, type SourceImage } from './sourceImage'

/** The quality of a JPEG or WebP if that of the original is unknown. */
const DEFAULT_QUALITY = 85
/** Qualities that are tried until the result is small enough. */
const DECREASING_QUALITIES = [75, 65, 55, 45, 35, 25, 15, 10, 5, 1]

/**
 * sharp's effort of GIF encoding, 1 to 10. Its default of 7 takes five times as long, in a step that the time limit cannot
 * interrupt.
 */
const GIF_EFFORT = 4

/** Encodes the result. @throws ImageError */
export async function encodeImage(
  sharp: SharpModule,
  image: Sharp,
  source: SourceImage,
  output: OutputOptions,
): Promise<Buffer> {
  const format = output.format ?? source.format
  const quality = resultQuality(source.quality, output.quality)
  if (!output.strip) image.keepExif()
  if (format !== 'jpeg' || !output.maxBytes) {
    return attempt(() => encodeAs(image, format, quality, output))
  }
  return limitSize(sharp, image, source, quality, output, output.maxBytes)
}

/** The quality of the result according to a rule (document 1045/33717). */
function resultQuality(original: number | undefined, rule: QualityRule | undefined): number {
  const originalQuality = original ?? DEFAULT_QUALITY
  if (!rule) return originalQuality
  // Encoders have no quality 0.
  const value = Math.max(1, rule.value)
  switch (rule.kind) {
    case 'exactly':
      return value
    case 'relative':
      return Math.max(1, Math.round(((original ?? 100) * rule.value) / 100))
    case 'atLeast':
      return Math.max(originalQuality, value)
    case 'atMost':
      return original === undefined ? value : Math.min(originalQuality, value)
  }
}

async function encodeAs(
  image: Sharp,
  format: ImageFormat,
  quality: number,
  { progressive = false, optimised = false }: OutputOptions,
): Promise<Buffer> {
  if (OPAQUE.has(format)) image.flatten({ background: '#ffffff' })
  switch (format) {
    case 'jpeg':
      return image.jpeg({ quality, progressive, mozjpeg: optimised }).toBuffer()
    case 'png':
      return image.png().toBuffer()
    case 'gif':
      return image.gif({ effort: GIF_EFFORT }).toBuffer()
    case 'webp':
      return image.webp({ quality }).toBuffer()
    case 'avif':
      return image.avif({ quality, effort: 2 }).toBuffer()
    case 'bmp': {
      const { data, info } = await image
        .toColourspace('srgb')
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      return encodeBmp({ data, width: info.width, height: info.height, channels: 3 })
    }
  }
}

async function limitSize(
  sharp: SharpModule,
  image: Sharp,
  source: SourceImage,
  quality: number,
  output: OutputOptions,
  { bytes, orOriginal }: { bytes: number; orOriginal: boolean },
): Promise<Buffer> {
  const pixels = await attempt(() =>
    image.flatten({ background: '#ffffff' }).png({ compressionLevel: 0 }).toBuffer(),
  )
  let result: Buffer | undefined
  for (const next of [quality, ...DECREASING_QUALITIES.filter((lower) => lower < quality)]) {
    const again = openImage(sharp, pixels)
    if (!output.strip) again.keepExif()
    result = await attempt(() => encodeAs(again, 'jpeg', next, output))
    if (result.length <= bytes) break
  }
  const isKept =
    orOriginal && source.format === 'jpeg' && result && result.length >= source.bytes.length
  return result && !isKept ? result : source.bytes
}

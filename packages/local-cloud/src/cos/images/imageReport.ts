import { createHash } from 'node:crypto'
import { readExif } from './exif'
import type { ImageReport } from './imagePipeline'
import { attempt, openSource, type SharpModule, type SourceImage } from './sourceImage'

/** The answer to `imageInfo`, `imageAve` or `exif`, as JSON text. @throws ImageError */
export async function describeImage(
  sharp: SharpModule,
  source: SourceImage,
  report: ImageReport,
): Promise<string> {
  if (report === 'exif') {
    const tags = source.exif ? readExif(source.exif) : {}
    return JSON.stringify(Object.keys(tags).length > 0 ? tags : { error: 'no exif data' })
  }
  const average = await averageColor(sharp, source)
  if (report === 'imageAve') return JSON.stringify({ RGB: average })
  return JSON.stringify({
    format: source.format,
    width: String(source.width),
    height: String(source.height),
    size: String(source.bytes.length),
    md5: createHash('md5').update(source.bytes).digest('hex'),
    frame_count: String(source.frames),
    photo_rgb: average,
  })
}

/** `0xRRGGBB`. @throws ImageError */
export async function averageColor(sharp: SharpModule, source: SourceImage): Promise<string> {
  const image = openSource(sharp, source, 1)
  const { data } = await attempt(() =>
    image
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .resize({ width: 1, height: 1, fit: 'fill', kernel: 'linear' })
      .raw()
      .toBuffer({ resolveWithObject: true }),
  )
  return `0x${data.subarray(0, 3).toString('hex')}`
}

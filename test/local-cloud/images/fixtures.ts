import sharp from 'sharp'
import { ImageProcessor } from '../../../packages/local-cloud/src/cos/images/imageProcessor'
import { parsePipeline } from '../../../packages/local-cloud/src/cos/images/parsePipeline'
import { BUCKET, REGION, type TestCloud, temporaryKey } from '../../support/testCloud'

/** A second bucket, and the option that creates both. */
export const OTHER = 'other-1250000000'
export const TWO_BUCKETS = { buckets: [BUCKET, OTHER].map((name) => ({ name, region: REGION })) }

export type Rgb = [red: number, green: number, blue: number]

/** A plain image. */
export function plain(width: number, height: number, color = '#c86432'): ReturnType<typeof sharp> {
  return sharp({ create: { width, height, channels: 3, background: color } })
}

const COLORS = ['#ff0000', '#00ff00', '#0000ff', '#ffff00'] as const

/** Quarters: red and green above, blue and yellow below. */
export async function quarters(
  width: number,
  height: number,
  format: 'jpeg' | 'png' | 'webp' | 'gif' = 'png',
): Promise<Buffer> {
  const [w, h] = [width / 2, height / 2]
  const layers = await Promise.all(
    COLORS.map(async (color, i) => ({
      input: await plain(w, h, color).png().toBuffer(),
      left: (i % 2) * w,
      top: Math.floor(i / 2) * h,
    })),
  )
  const image = plain(width, height).composite(layers)
  if (format === 'jpeg') return image.jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).toBuffer()
  return image.toFormat(format, format === 'webp' ? { lossless: true } : {}).toBuffer()
}

/** A GIF of several frames, each of one colour. */
export async function animation(width: number, height: number, frames: number): Promise<Buffer> {
  const pages = await Promise.all(
    Array.from({ length: frames }, (_, i) =>
      plain(width, height, `#${((i * 37) % 256).toString(16).padStart(2, '0')}8040`)
        .png()
        .toBuffer(),
    ),
  )
  return sharp(pages, { join: { animated: true } })
    .gif()
    .toBuffer()
}

/** Pixels that compress badly. */
export function noise(width: number, height: number): ReturnType<typeof sharp> {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
}

export const base64 = (text: string) => Buffer.from(text).toString('base64url')

const images = new ImageProcessor()

/** Runs processing parameters over an image. */
export async function run(
  source: Buffer,
  parameters: string,
  loadWatermark = async (_url: string): Promise<Buffer> => {
    throw new Error('no watermark')
  },
) {
  const pipeline = parsePipeline(parameters)
  return images.open(
    async () => source,
    async (image) => {
      if (pipeline.report) return { text: await image.report(pipeline.report), bytes: source }
      return { text: '', ...(await image.run(pipeline, loadWatermark)) }
    },
  )
}

/** The colour at a place. */
export async function pixelAt(bytes: Buffer, left: number, top: number): Promise<Rgb> {
  const data = await sharp(bytes)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer()
  return [data[0] as number, data[1] as number, data[2] as number]
}

/** Opacity, 0 to 255. */
export async function alphaAt(bytes: Buffer, left: number, top: number): Promise<number> {
  const data = await sharp(bytes)
    .ensureAlpha()
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer()
  return data[data.length - 1] as number
}

export function isNear(color: Rgb, hex: string, tolerance = 12): boolean {
  const wanted = [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16))
  return color.every((value, i) => Math.abs(value - (wanted[i] as number)) <= tolerance)
}

/** A temporary key as a signed request takes it: the pair that signs, and the header with its token. */
export async function temporarySigner(
  cloud: TestCloud,
  action: string[],
  path: string,
): Promise<{
  key: { SecretId: string; SecretKey: string }
  headers: { 'x-cos-security-token': string }
}> {
  const { tmpSecretId, tmpSecretKey, sessionToken } = await temporaryKey(cloud, [{ action, path }])
  return {
    key: { SecretId: tmpSecretId, SecretKey: tmpSecretKey },
    headers: { 'x-cos-security-token': sessionToken },
  }
}

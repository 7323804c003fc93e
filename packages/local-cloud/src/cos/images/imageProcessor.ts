import { createHash } from 'node:crypto'
import { executePipeline, type LoadWatermark, type ProcessedImage } from './executePipeline'
import { readExif } from './formats'
import { ImageError, type ImagePipeline, type ImageReport } from './imagePipeline'
import { attempt, openSource, readSource, type SharpModule, type SourceImage } from './sourceImage'

/** Images and videos that are processed at a time; each may need several hundred MB. */
const MAX_CONCURRENT = 2

/** Format and size of an image, for the response to an upload. */
export interface ImageSummary {
  format: string
  width: number
  height: number
  /** 1 to 100; 100 for formats without a quality. */
  quality: number
  /** `0xRRGGBB` */
  average: string
  orientation: number
}

/** An image that is being processed. */
export class OpenImage {
  readonly #sharp: SharpModule
  readonly #source: SourceImage

  constructor(sharp: SharpModule, source: SourceImage) {
    this.#sharp = sharp
    this.#source = source
  }

  /** @throws ImageError */
  run(pipeline: ImagePipeline, loadWatermark: LoadWatermark): Promise<ProcessedImage> {
    return executePipeline(this.#sharp, this.#source, pipeline, loadWatermark)
  }

  /** The response to `imageInfo`, `imageAve` or `exif`, as JSON text. @throws ImageError */
  async report(report: ImageReport): Promise<string> {
    const { format, width, height, bytes, frames, exif } = this.#source
    if (report === 'exif') {
      const tags = exif ? readExif(exif) : {}
      return JSON.stringify(Object.keys(tags).length > 0 ? tags : { error: 'no exif data' })
    }
    const average = await this.#averageColor()
    if (report === 'imageAve') return JSON.stringify({ RGB: average })
    return JSON.stringify({
      format,
      width: String(width),
      height: String(height),
      size: String(bytes.length),
      md5: createHash('md5').update(bytes).digest('hex'),
      frame_count: String(frames),
      photo_rgb: average,
    })
  }

  /** @throws ImageError */
  async summarize(): Promise<ImageSummary> {
    const { format, width, height, quality = 100, orientation } = this.#source
    return { format, width, height, quality, average: await this.#averageColor(), orientation }
  }

  /** The original, as a result. */
  original(): ProcessedImage {
    const { bytes, format, width, height } = this.#source
    return { bytes, format, width, height }
  }

  /** `0xRRGGBB` */
  async #averageColor(): Promise<string> {
    const image = openSource(this.#sharp, this.#source, 1)
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
}

/** Processes images with sharp, an optional dependency that is loaded with the first image. */
export class ImageProcessor {
  readonly #load: () => Promise<{ default: SharpModule }>
  #sharp: Promise<SharpModule> | undefined
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** @param load loads sharp; rejects if it is not installed */
  constructor(load: () => Promise<{ default: SharpModule }> = () => import('sharp')) {
    this.#load = load
  }

  /** @throws ImageError `NotImplemented` if sharp is not installed */
  async requireSharp(): Promise<SharpModule> {
    this.#sharp ??= this.#load().then((module) => {
      // libvips would keep results in memory, but they are never reused.
      module.default.cache(false)
      return module.default
    })
    try {
      return await this.#sharp
    } catch {
      this.#sharp = undefined
      throw new ImageError(
        'NotImplemented',
        'The local COS processes images with the package sharp, which is not installed: npm install sharp.',
      )
    }
  }

  /**
   * Opens and processes an image. Further images wait before their bytes are read.
   * @throws ImageError
   */
  async open<T>(read: () => Promise<Buffer>, work: (image: OpenImage) => Promise<T>): Promise<T> {
    const sharp = await this.requireSharp()
    return this.inTurn(async () => {
      const source = await readSource(sharp, await read())
      return work(new OpenImage(sharp, source))
    })
  }

  /** Waits until less is being processed. */
  async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter()
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running >= MAX_CONCURRENT) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running += 1
    }
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}

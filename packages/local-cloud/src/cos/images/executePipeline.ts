import type { Sharp } from 'sharp'
import { drawImageWatermark, drawTextWatermark } from './drawWatermark'
import { ANIMATED, encodeBmp, OPAQUE } from './formats'
import {
  type ImageFormat,
  type ImagePipeline,
  type ImageStep,
  notImplemented,
  type OutputOptions,
  type QualityRule,
  type Size,
} from './imagePipeline'
import { fillBox, isFramewise, placeBox, planSizes, scaledSize, turnedBox } from './sizes'
import { attempt, openImage, openSource, type SharpModule, type SourceImage } from './sourceImage'

/** An encoded result. */
export interface ProcessedImage {
  bytes: Buffer
  format: ImageFormat
  width: number
  height: number
}

/** Reads the picture that a watermark names. @throws ImageError `InvalidImageSource` */
export type LoadWatermark = (url: string) => Promise<Buffer>

/** @throws ImageError */
export async function executePipeline(
  sharp: SharpModule,
  source: SourceImage,
  { steps, output }: ImagePipeline,
  loadWatermark: LoadWatermark,
): Promise<ProcessedImage> {
  const sizes = planSizes(steps, source)
  const format = output.format ?? source.format
  const frames = ANIMATED.has(format) ? Math.min(source.frames, output.maxFrames ?? Infinity) : 1
  if (frames > 1 && !isFramewise(steps)) {
    throw notImplemented('this operation on an image of several frames')
  }
  const painter = new Painter(sharp, openSource(sharp, source, frames), frames)
  let size: Size = { width: source.width, height: source.height }
  for (const [i, step] of steps.entries()) {
    const next = sizes[i] as Size
    await painter.apply(step, size, next, loadWatermark)
    size = next
  }
  const image = await painter.finish(OPAQUE.has(format))
  const bytes = await encodeImage(sharp, image, source, output)
  return { bytes, format, ...size }
}

/**
 * Stages of one run of sharp, in the fixed order in which sharp executes them. A step of an earlier stage needs a new run
 * with the pixels of the last one.
 */
const ORIENT = 1
const RESIZE = 2
const OTHER = 3

class Painter {
  #image: Sharp
  readonly #sharp: SharpModule
  readonly #frames: number
  #stage = 0
  /** Whether this run makes pixels transparent. */
  #isMasked = false

  constructor(sharp: SharpModule, image: Sharp, frames: number) {
    this.#sharp = sharp
    this.#image = image
    this.#frames = frames
  }

  async apply(step: ImageStep, size: Size, next: Size, load: LoadWatermark): Promise<void> {
    switch (step.kind) {
      case 'autoOrient':
        ;(await this.#at(ORIENT)).autoOrient()
        return
      case 'scale':
        return this.#scale(turnedBox(step, size), size, next)
      case 'fill':
        return this.#fill(step, size)
      case 'cut':
        ;(await this.#alone()).extract({ left: step.left, top: step.top, ...next })
        return
      case 'circle':
        ;(await this.#alone()).extract({ ...placeBox(size, next, 'center'), ...next })
        return this.#mask(next, step.radius)
      case 'roundCorners':
        return this.#mask(next, step.radius)
      case 'rotate':
        ;(await this.#alone()).rotate(step.degrees, { background: '#ffffff' })
        return
      case 'flip':
        if (step.axis === 'vertical') (await this.#alone()).flip()
        else (await this.#alone()).flop()
        return
      case 'imageWatermark': {
        const layers = await drawImageWatermark(this.#sharp, step, size, await load(step.url))
        ;(await this.#at(OTHER)).composite(layers)
        return
      }
      case 'textWatermark': {
        const layers = await drawTextWatermark(this.#sharp, step, size)
        ;(await this.#at(OTHER)).composite(layers)
        return
      }
      default:
        adjust(await this.#at(OTHER), step)
    }
  }

  async #scale(step: Extract<ImageStep, { kind: 'scale' }>, size: Size, next: Size): Promise<void> {
    const inner = scaledSize(step.geometry, size)
    const image = (await this.#at(RESIZE)).resize({ ...inner, fit: 'fill' })
    if (!step.pad) return
    const { left, top } = placeBox(next, inner, 'center')
    const [right, bottom] = [next.width - inner.width - left, next.height - inner.height - top]
    image.extend({ left, top, right, bottom, background: step.pad })
  }

  async #fill(step: Extract<ImageStep, { kind: 'fill' }>, size: Size): Promise<void> {
    const box = fillBox(step, size)
    const inner = scaledSize({ kind: 'covering', ...box }, size)
    const { left, top } = placeBox(inner, box, step.gravity)
    ;(await this.#at(RESIZE)).resize({ ...inner, fit: 'fill' }).extract({ left, top, ...box })
  }

  /**
   * Returns the last run, which is encoded next. A run that makes pixels transparent is ended first if the format has no
   * transparency, because sharp fills the background before it composites images.
   */
  async finish(isOpaque: boolean): Promise<Sharp> {
    if (isOpaque && this.#isMasked) await this.#flush()
    return this.#image
  }

  /** Makes the area outside a rounded box transparent. */
  async #mask({ width, height }: Size, radius: number): Promise<void> {
    const shape = `<svg width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${radius}"/></svg>`
    ;(await this.#alone()).composite([{ input: Buffer.from(shape), blend: 'dest-in' }])
    this.#isMasked = true
  }

  /** Returns a run of sharp that can execute a step of a stage. */
  async #at(stage: number): Promise<Sharp> {
    if (stage <= this.#stage) await this.#flush()
    this.#stage = stage
    return this.#image
  }

  /** Returns a new run of sharp for a step that sharp executes before all stages. */
  async #alone(): Promise<Sharp> {
    if (this.#stage > 0) await this.#flush()
    this.#stage = OTHER
    return this.#image
  }

  /** Ends a run and starts a new one with its pixels, without loss and with EXIF. */
  async #flush(): Promise<void> {
    const image = this.#image.keepExif()
    const pixels = await attempt(() =>
      this.#frames > 1
        ? image.webp({ lossless: true, effort: 0 }).toBuffer()
        : image.png({ compressionLevel: 0 }).toBuffer(),
    )
    this.#image = openImage(this.#sharp, pixels, { pages: this.#frames })
    this.#stage = 0
    this.#isMasked = false
  }
}

type Adjustment = Extract<
  ImageStep,
  { kind: 'blur' | 'brightness' | 'contrast' | 'sharpen' | 'grayscale' }
>

function adjust(image: Sharp, step: Adjustment): void {
  if (step.kind === 'blur') {
    // sharp requires at least this sigma; a smaller one would be invisible.
    if (step.sigma >= 0.3) image.blur(step.sigma)
  } else if (step.kind === 'brightness') {
    image.linear(1, (step.value * 255) / 100)
  } else if (step.kind === 'contrast') {
    const factor = 1 + step.value / 100
    image.linear(factor, 128 - 128 * factor)
  } else if (step.kind === 'sharpen') {
    image.sharpen({ sigma: step.value / 100 })
  } else {
    image.grayscale()
  }
}

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
async function encodeImage(
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

import type { OverlayOptions, Sharp } from 'sharp'
import {
  ERR_NO,
  ImageError,
  type ImageWatermark,
  type Size,
  type TextWatermark,
  type WatermarkPlacement,
} from './imagePipeline'
import { checkResultSize, placeBox } from './sizes'
import { attempt, openImage, openSource, readSource, type SharpModule } from './sourceImage'

/** A watermark that is ready to be laid over an image. */
interface Layer {
  pixels: Buffer
  size: Size
}

/** Maximum estimated number of pixels of a watermark's text. */
const MAX_TEXT_PIXELS = 30_000_000

/** @throws ImageError */
export async function drawImageWatermark(
  sharp: SharpModule,
  step: ImageWatermark,
  size: Size,
  bytes: Buffer,
): Promise<OverlayOptions[]> {
  const source = await readSource(sharp, bytes)
  if (source.frames > 1) {
    const message = 'An animated image cannot be a watermark.'
    throw new ImageError('InvalidImageSource', message, ERR_NO.formatNotAllowed)
  }
  const sourceSize = { width: source.width, height: source.height }
  const target = step.share
    ? scaleToShare(step.share, size, sourceSize)
    : step.oversize === 'scale'
      ? fitInto(sourceSize, size)
      : sourceSize
  return drawLayers(sharp, openSource(sharp, source, 1), target, step, size)
}

/** @throws ImageError `NotImplemented` on a machine without fonts */
export async function drawTextWatermark(
  sharp: SharpModule,
  step: TextWatermark,
  size: Size,
): Promise<OverlayOptions[]> {
  const text = await drawText(sharp, step)
  const target = step.share ? scaleToShare(step.share, size, text.size) : text.size
  return drawLayers(sharp, openImage(sharp, text.pixels), target, step, size)
}

/** The size of a watermark that is scaled to a share of the image. */
function scaleToShare(
  { of, value }: NonNullable<WatermarkPlacement['share']>,
  size: Size,
  watermark: Size,
): Size {
  const factor =
    of === 'width'
      ? (size.width * value) / watermark.width
      : of === 'height'
        ? (size.height * value) / watermark.height
        : Math.sqrt((size.width * size.height * value) / (watermark.width * watermark.height))
  return {
    width: Math.max(1, Math.round(watermark.width * factor)),
    height: Math.max(1, Math.round(watermark.height * factor)),
  }
}

function fitInto(watermark: Size, size: Size): Size {
  const factor = Math.min(1, size.width / watermark.width, size.height / watermark.height)
  return {
    width: Math.max(1, Math.floor(watermark.width * factor)),
    height: Math.max(1, Math.floor(watermark.height * factor)),
  }
}

/**
 * Draws with the sans-serif font of the machine: Tencent's own fonts are not distributed. 72 dots per inch,
 * so that a point is a pixel.
 */
async function drawText(sharp: SharpModule, step: TextWatermark): Promise<Layer> {
  checkTextSize(step)
  const draw = (color: string) =>
    attempt(() =>
      sharp({
        text: {
          text: `<span foreground="${color}">${escapeMarkup(step.text)}</span>`,
          font: `sans ${step.fontSize}`,
          dpi: 72,
          rgba: true,
        },
      })
        .png()
        .toBuffer({ resolveWithObject: true }),
    )
  const { data, info } = await draw(step.color)
  if (await isInvisible(sharp, data)) {
    throw new ImageError(
      'NotImplemented',
      'No font on this machine can draw the text of the watermark: install one, for example fonts-noto-cjk.',
    )
  }
  const size = { width: info.width, height: info.height }
  if (step.shadow === 0) return { pixels: data, size }
  const offset = Math.max(1, Math.round(step.fontSize / 15))
  const shadow = await fade(sharp, (await draw('#000000')).data, step.shadow)
  const image = openImage(sharp, shadow)
    .extend({ left: offset, top: offset, background: TRANSPARENT })
    .composite([{ input: data, left: 0, top: 0 }])
  return toLayer(image)
}

/** Refuses text that would take much memory to draw. Estimates each letter as a square of the font size. */
function checkTextSize({ text, fontSize }: TextWatermark): void {
  if (text.length * fontSize * fontSize <= MAX_TEXT_PIXELS) return
  throw new ImageError(
    'ImageResolutionExceed',
    'The text of the watermark is too long for its font size.',
    ERR_NO.sizeExceeded,
  )
}

const TRANSPARENT = { r: 0, g: 0, b: 0, alpha: 0 }

async function isInvisible(sharp: SharpModule, pixels: Buffer): Promise<boolean> {
  const { channels } = await sharp(pixels).stats()
  return channels[3]?.max === 0
}

function escapeMarkup(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}

/**
 * Scales a watermark to its target size, applies its opacity, and places it once or as tiles. Only the visible part is
 * drawn.
 */
async function drawLayers(
  sharp: SharpModule,
  watermark: Sharp,
  target: Size,
  step: WatermarkPlacement,
  size: Size,
): Promise<OverlayOptions[]> {
  checkResultSize(target.width, target.height)
  const corner = step.tile
    ? { left: 0, top: 0 }
    : placeBox(size, target, step.gravity, step.dx, step.dy)
  const [left, top] = [Math.max(0, corner.left), Math.max(0, corner.top)]
  const visible = {
    left: left - corner.left,
    top: top - corner.top,
    width: Math.min(corner.left + target.width, size.width) - left,
    height: Math.min(corner.top + target.height, size.height) - top,
  }
  if (visible.width < 1 || visible.height < 1) return []
  const image = watermark
    .resize({ ...target, fit: 'fill' })
    .extract(visible)
    .ensureAlpha()
  const layer = await toLayer(image)
  const input = step.opacity < 1 ? await fade(sharp, layer.pixels, step.opacity) : layer.pixels
  if (!step.tile) return [{ input, left, top }]
  const tile = await drawTile(sharp, { ...layer, pixels: input }, step.tile, size)
  return [{ input: tile, tile: true, gravity: 'northwest' }]
}

/** Draws one tile: the rotated watermark with its spacing. */
async function drawTile(
  sharp: SharpModule,
  { pixels }: Layer,
  { degrees, spacing }: NonNullable<WatermarkPlacement['tile']>,
  size: Size,
): Promise<Buffer> {
  const turned = await toLayer(
    openImage(sharp, pixels).rotate(degrees, { background: TRANSPARENT }),
  )
  const { width, height } = turned.size
  const spaced = await toLayer(
    openImage(sharp, turned.pixels).extend({
      right: Math.round(width * spacing),
      bottom: Math.round(height * spacing),
      background: TRANSPARENT,
    }),
  )
  // sharp requires tiles that fit into the image.
  const box = {
    width: Math.min(spaced.size.width, size.width),
    height: Math.min(spaced.size.height, size.height),
  }
  const image = openImage(sharp, spaced.pixels).extract({ left: 0, top: 0, ...box })
  return (await toLayer(image)).pixels
}

/** Multiplies the opacity of every pixel. */
async function fade(sharp: SharpModule, pixels: Buffer, opacity: number): Promise<Buffer> {
  const input = Buffer.from([255, 255, 255, Math.round(255 * opacity)])
  const image = openImage(sharp, pixels).composite([
    { input, raw: { width: 1, height: 1, channels: 4 }, tile: true, blend: 'dest-in' },
  ])
  return (await toLayer(image)).pixels
}

async function toLayer(image: Sharp): Promise<Layer> {
  const { data, info } = await attempt(() =>
    image.png({ compressionLevel: 0 }).toBuffer({ resolveWithObject: true }),
  )
  return { pixels: data, size: { width: info.width, height: info.height } }
}

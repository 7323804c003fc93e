import {
  ERR_NO,
  type Geometry,
  type Gravity,
  ImageError,
  type ImageStep,
  invalidParameter,
  type Size,
} from './imagePipeline'
import type { SourceImage } from './sourceImage'

/** The largest side of a result, in pixels (document 1045/33713). */
export const MAX_RESULT_SIDE = 9999

/** @throws ImageError `ImageResolutionExceed` if a side of a result exceeds the service's limit */
export function checkResultSize(width: number, height: number): void {
  if (Math.max(width, height) <= MAX_RESULT_SIDE) return
  throw new ImageError(
    'ImageResolutionExceed',
    `The result would have ${width} x ${height} pixels; a side has at most ${MAX_RESULT_SIDE}.`,
    ERR_NO.sizeExceeded,
  )
}

/** The size of an image after scaling. */
export function scaledSize(geometry: Geometry, { width, height }: Size): Size {
  switch (geometry.kind) {
    case 'percent':
      return scaleBy({ width, height }, geometry.x, geometry.y)
    case 'side': {
      const factor = geometry.width ? geometry.width / width : (geometry.height ?? height) / height
      return scaleBy({ width, height }, factor)
    }
    case 'exactly':
      return { width: geometry.width, height: geometry.height }
    case 'within': {
      const factor = Math.min(geometry.width / width, geometry.height / height)
      if (geometry.only === 'shrink' && factor >= 1) return { width, height }
      if (geometry.only === 'enlarge' && factor <= 1) return { width, height }
      return scaleBy({ width, height }, factor)
    }
    case 'covering':
      return scaleBy({ width, height }, Math.max(geometry.width / width, geometry.height / height))
    case 'area': {
      const factor = Math.sqrt(geometry.pixels / (width * height))
      if (factor >= 1) return { width, height }
      return {
        width: Math.max(1, Math.floor(width * factor)),
        height: Math.max(1, Math.floor(height * factor)),
      }
    }
  }
}

function scaleBy({ width, height }: Size, x: number, y = x): Size {
  return {
    width: Math.max(1, Math.round(width * x)),
    height: Math.max(1, Math.round(height * y)),
  }
}

/** The size of the bounding box of a rotated image. */
function rotatedSize({ width, height }: Size, degrees: number): Size {
  if (degrees % 180 === 0) return { width, height }
  if (degrees % 90 === 0) return { width: height, height: width }
  const radians = (degrees * Math.PI) / 180
  const [cos, sin] = [Math.abs(Math.cos(radians)), Math.abs(Math.sin(radians))]
  return {
    width: Math.ceil(width * cos + height * sin),
    height: Math.ceil(width * sin + height * cos),
  }
}

/**
 * The position of `inner` within `outer`. Offsets count from the reference point of the gravity inwards; on a centred axis
 * they have no effect (document 436/36373).
 */
export function placeBox(
  outer: Size,
  inner: Size,
  gravity: Gravity,
  dx = 0,
  dy = 0,
): { left: number; top: number } {
  const free = { x: outer.width - inner.width, y: outer.height - inner.height }
  const left = gravity.endsWith('west')
    ? dx
    : gravity.endsWith('east')
      ? free.x - dx
      : Math.round(free.x / 2)
  const top = gravity.startsWith('north')
    ? dy
    : gravity.startsWith('south')
      ? free.y - dy
      : Math.round(free.y / 2)
  return { left, top }
}

/** Steps that can be applied to all frames of an animation. */
const FRAMEWISE = new Set<ImageStep['kind']>(['scale', 'fill', 'cut', 'autoOrient'])

/**
 * Computes the size of the image after each step, so that impossible steps are refused before decoding.
 * @throws ImageError
 */
export function planSizes(steps: readonly ImageStep[], source: SourceImage): Size[] {
  let size: Size = { width: source.width, height: source.height }
  let orientation = source.orientation
  const sizes: Size[] = []
  for (const step of steps) {
    const before = size
    if (step.kind === 'autoOrient') {
      if (orientation >= 5) size = { width: size.height, height: size.width }
      orientation = 1
    } else {
      size = sizeAfter(step, size)
    }
    if (source.format === 'gif') checkGif(step, before, size)
    checkResultSize(size.width, size.height)
    sizes.push(size)
  }
  if (steps.length === 0) checkResultSize(size.width, size.height)
  return sizes
}

/** Whether all steps can be applied to an animation. */
export function isFramewise(steps: readonly ImageStep[]): boolean {
  return steps.every(({ kind }) => FRAMEWISE.has(kind))
}

function sizeAfter(step: ImageStep, size: Size): Size {
  switch (step.kind) {
    case 'scale': {
      const scaled = scaledSize(step.byEdges ? turnedBox(step, size).geometry : step.geometry, size)
      return step.pad && step.geometry.kind === 'within'
        ? { width: step.geometry.width, height: step.geometry.height }
        : scaled
    }
    case 'fill':
      return fillBox(step, size)
    case 'cut':
      if (step.left >= size.width || step.top >= size.height) {
        throw invalidParameter('The dx and dy of cut must lie within the image.')
      }
      return {
        width: Math.min(step.width, size.width - step.left),
        height: Math.min(step.height, size.height - step.top),
      }
    case 'circle':
    case 'roundCorners':
      if (step.radius * 2 > Math.min(size.width, size.height)) {
        throw invalidParameter('The radius must be at most half of the shorter side.')
      }
      return step.kind === 'circle' ? { width: step.radius * 2, height: step.radius * 2 } : size
    case 'rotate':
      return rotatedSize(size, step.degrees)
    default:
      return size
  }
}

/** The box of `fill` for an image. @throws ImageError */
export function fillBox(step: Extract<ImageStep, { kind: 'fill' }>, size: Size): Size {
  const { width = size.width, height = size.height } = step.byEdges ? turned(step, size) : step
  if (!step.mayEnlarge && (width > size.width || height > size.height)) {
    throw invalidParameter('The sides of crop must not be larger than those of the image.')
  }
  return { width, height }
}

/** Resolves a box that is specified by edges to width and height. */
export function turnedBox(
  step: Extract<ImageStep, { kind: 'scale' }>,
  size: Size,
): Extract<ImageStep, { kind: 'scale' }> {
  const { geometry } = step
  if (!step.byEdges || geometry.kind !== 'covering') return step
  return { ...step, geometry: { ...geometry, ...turned(geometry, size) } }
}

/** Assigns the longer and the shorter edge to width and height, by the orientation of the image. */
function turned(
  { width: long, height: short }: { width?: number; height?: number },
  size: Size,
): { width?: number; height?: number } {
  const isPortrait = size.height > size.width
  const [width, height] = isPortrait ? [short, long] : [long, short]
  return {
    ...(width === undefined ? {} : { width }),
    ...(height === undefined ? {} : { height }),
  }
}

/** Refuses enlarging, rounding and blurring of GIF images (documents 436/36366, 436/36367). */
function checkGif(step: ImageStep, before: Size, after: Size): void {
  const isEnlarged =
    (step.kind === 'scale' || step.kind === 'fill') &&
    (after.width > before.width || after.height > before.height)
  const isRound = step.kind === 'circle' || step.kind === 'roundCorners'
  if (!isEnlarged && !isRound && step.kind !== 'blur') return
  throw new ImageError(
    'InvalidImageFormat',
    isEnlarged ? 'GIF images cannot be enlarged.' : 'This operation does not take GIF images.',
    ERR_NO.formatNotAllowed,
  )
}

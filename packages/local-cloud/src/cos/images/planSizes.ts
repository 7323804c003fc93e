import { rotatedSize, type Size, scaledSize } from './geometry'
import { ERR_NO, ImageError, invalidParameter } from './imageError'
import type { ImageStep } from './imagePipeline'
import { checkResultSize, type SourceImage } from './sourceImage'

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

import { invalidParameter } from './imageError'
import { type Gravity, readInteger } from './parameters'

/** Pixels. */
export interface Size {
  width: number
  height: number
}

/** The largest side of a result, in pixels (document 1045/33713). */
export const MAX_RESULT_SIDE = 9999

/** How an image is scaled (document 1045/33713). */
export type Geometry =
  | { kind: 'percent'; x: number; y: number }
  /** Scales to the given side; the other follows. */
  | { kind: 'side'; width?: number; height?: number }
  /** Scales to fit into the box; `only` restricts the direction. */
  | { kind: 'within'; width: number; height: number; only?: 'shrink' | 'enlarge' }
  /** Scales to cover the box. */
  | { kind: 'covering'; width: number; height: number }
  | { kind: 'exactly'; width: number; height: number }
  | { kind: 'area'; pixels: number }

/** Reads the value of `thumbnail`. @throws ImageError */
export function readGeometry(value: string): Geometry {
  const percent = /^!(?:(\d+)px?|x(\d+)p)$/.exec(value)
  if (percent) {
    const scale = (percent[1] ?? percent[2]) as string
    const factor = readInteger('The scale of thumbnail', scale, 1, 1000) / 100
    const isWidthOnly = percent[1] !== undefined && value.endsWith('px')
    const isHeightOnly = percent[2] !== undefined
    return { kind: 'percent', x: isHeightOnly ? 1 : factor, y: isWidthOnly ? 1 : factor }
  }
  const area = /^(\d+)@$/.exec(value)
  if (area) {
    const max = MAX_RESULT_SIDE * MAX_RESULT_SIDE
    return { kind: 'area', pixels: readInteger('The area of thumbnail', area[1] as string, 1, max) }
  }
  const [, reversed, w = '', h = '', mark] = /^(!?)(\d*)x(\d*)([<>!r]?)$/.exec(value) ?? []
  const side = (text: string) => readInteger('A side of thumbnail', text, 1, MAX_RESULT_SIDE)
  const isPlain = reversed === '' && mark === ''
  if (isPlain && w !== '' && h === '') return { kind: 'side', width: side(w) }
  if (isPlain && w === '' && h !== '') return { kind: 'side', height: side(h) }
  if (w === '' || h === '' || (reversed === '!') !== (mark === 'r')) {
    throw invalidParameter(`thumbnail has no form ${JSON.stringify(value)}.`)
  }
  const box = { width: side(w), height: side(h) }
  if (mark === 'r') return { kind: 'covering', ...box }
  if (mark === '!') return { kind: 'exactly', ...box }
  if (mark === '>') return { kind: 'within', ...box, only: 'shrink' }
  if (mark === '<') return { kind: 'within', ...box, only: 'enlarge' }
  return { kind: 'within', ...box }
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
export function rotatedSize({ width, height }: Size, degrees: number): Size {
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

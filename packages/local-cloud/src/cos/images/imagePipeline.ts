/** Pixels. */
export interface Size {
  width: number
  height: number
}

const GRAVITIES = [
  'northwest',
  'north',
  'northeast',
  'west',
  'center',
  'east',
  'southwest',
  'south',
  'southeast',
] as const

/** A position in the 3 x 3 grid. */
export type Gravity = (typeof GRAVITIES)[number]

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

/** One change of the pixels. */
export type ImageStep =
  | { kind: 'autoOrient' }
  /**
   * `pad`: colour of the rest of the box. `byEdges`: width and height of the box apply to the longer and the shorter edge of
   * the image.
   */
  | { kind: 'scale'; geometry: Geometry; pad?: string; byEdges?: true }
  /** Scales to cover a box and crops to the box. A missing side is that of the image. */
  | {
      kind: 'fill'
      width?: number
      height?: number
      gravity: Gravity
      byEdges?: true
      /** Whether an image smaller than the box is enlarged; otherwise it is refused. */
      mayEnlarge?: true
    }
  | { kind: 'cut'; width: number; height: number; left: number; top: number }
  | { kind: 'circle'; radius: number }
  | { kind: 'roundCorners'; radius: number }
  | { kind: 'rotate'; degrees: number }
  | { kind: 'flip'; axis: 'vertical' | 'horizontal' }
  | { kind: 'blur'; sigma: number }
  | { kind: 'brightness'; value: number }
  | { kind: 'contrast'; value: number }
  | { kind: 'sharpen'; value: number }
  | { kind: 'grayscale' }
  | ({ kind: 'imageWatermark' } & ImageWatermark)
  | ({ kind: 'textWatermark' } & TextWatermark)

/** Formats of originals and results. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp' | 'avif'

/** The quality of JPEG, WebP and AVIF, 0 to 100 (document 1045/33717). */
export interface QualityRule {
  /** `atMost`: the smaller of the value and the original's quality; `relative`: a percentage of the original's. */
  kind: 'atMost' | 'exactly' | 'relative' | 'atLeast'
  value: number
}

/** Options of the encoding. */
export interface OutputOptions {
  /** @default the original's */
  format?: ImageFormat
  quality?: QualityRule
  progressive?: boolean
  /** Removes EXIF and other metadata. @default false */
  strip?: boolean
  /** Maximum number of frames of an animation; further ones are dropped. */
  maxFrames?: number
  /** `orOriginal`: the original is returned if it is smaller. */
  maxBytes?: { bytes: number; orOriginal: boolean }
  /** Encodes smaller JPEGs, which is slower. */
  optimised?: boolean
}

/** The steps of a pipeline, in order. */
export interface ImagePipeline {
  steps: ImageStep[]
  output: OutputOptions
  /** Returns information about the image instead of the image. */
  report?: ImageReport
}

export type ImageReport = 'imageInfo' | 'imageAve' | 'exif'

/** The parameters that both kinds of watermark have. */
export interface WatermarkPlacement {
  gravity: Gravity
  /** Pixels from the reference point of the gravity. */
  dx: number
  dy: number
  /** Opacity, 0 to 1. */
  opacity: number
  /** Repeats the watermark over the image, rotated by `degrees`, with a distance of `spacing` times its size. */
  tile?: { degrees: number; spacing: number }
  /** Scales the watermark to a share of the image's width, height or area. */
  share?: { of: 'width' | 'height' | 'area'; value: number }
}

/** A picture that is drawn over the image (document 436/36373). */
export interface ImageWatermark extends WatermarkPlacement {
  /** The URL in the request: `http://<bucket>.cos.<region>.myqcloud.com/<key>`. */
  url: string
  /** How a watermark larger than the image is handled. */
  oversize: 'scale' | 'crop'
}

/** Text that is drawn over the image (document 436/36374). */
export interface TextWatermark extends WatermarkPlacement {
  text: string
  /** The font in the request; the available fonts depend on the machine. */
  font: string
  /** Points. */
  fontSize: number
  color: string
  /** 0 to 1. */
  shadow: number
}

/** COS's error codes of image processing (document 436/7730), with status 400 unless noted. */
type ImageErrorCode =
  /** A parameter is unknown, malformed or out of its range. */
  | 'InvalidArgument'
  /** The file is larger than the service processes. */
  | 'ImageTooLarge'
  /** Too many pixels, or too many frames. */
  | 'ImageResolutionExceed'
  /** Not an image, damaged, or of a format that the operation does not support. */
  | 'InvalidImageFormat'
  /** The watermark cannot be read. */
  | 'InvalidImageSource'
  | 'InvalidPicOperations'
  /** 501: supported by the service, but not by the local COS. */
  | 'NotImplemented'
  /** 503: processing took too long. */
  | 'ServiceUnavailable'

/** `X-ErrNo` of a failed download (document 1045/33700). */
export const ERR_NO = {
  invalidUrl: -106,
  invalidStyle: -105,
  fileTooLarge: -167,
  formatNotSupported: -441,
  sizeExceeded: -442,
  formatNotAllowed: -443,
  resolutionExceeded: -447,
  timeout: -901,
  emptyOriginal: -40168,
} as const

/** An image, a parameter or a limit that processing refuses. */
export class ImageError extends Error {
  readonly code: ImageErrorCode
  /** The number that the service sends in the header `X-ErrNo`. */
  readonly errNo: number | undefined

  constructor(code: ImageErrorCode, message: string, errNo?: number) {
    super(message)
    this.code = code
    this.errNo = errNo
  }
}

/** The error of an invalid parameter. */
export function invalidParameter(message: string): ImageError {
  return new ImageError('InvalidArgument', message, ERR_NO.invalidUrl)
}

/** The error of a feature that Tencent's service supports and the local COS does not. */
export function notImplemented(feature: string): ImageError {
  return new ImageError('NotImplemented', `The local COS does not imitate ${feature}.`)
}

/** A parameter of an operation: `thumbnail/200x/strip` has two. */
export type Parameter = { name: string; value: string }

/**
 * Splits `name/value/name/value`. Names in `flags` have no value.
 * @throws ImageError for a name without its value
 */
export function splitParameters(text: string, flags: ReadonlySet<string> = new Set()): Parameter[] {
  const words = text.split('/').filter((word) => word !== '')
  const parameters: Parameter[] = []
  for (let i = 0; i < words.length; i++) {
    const name = words[i] as string
    if (flags.has(name)) {
      parameters.push({ name, value: '' })
      continue
    }
    const value = words[++i]
    if (value === undefined) throw invalidParameter(`The parameter ${name} has no value.`)
    parameters.push({ name, value })
  }
  return parameters
}

/** A whole number within a range. @throws ImageError */
export function readInteger(name: string, value: string, min: number, max: number): number {
  const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw invalidParameter(`${name} must be a whole number from ${min} to ${max}.`)
  }
  return number
}

/** `0` or `1`. @throws ImageError */
export function readSwitch(name: string, value: string): boolean {
  return readInteger(name, value, 0, 1) === 1
}

/** URL-safe Base64 of UTF-8 text, with or without padding (document 1045/33430). @throws ImageError */
export function readBase64(name: string, value: string): string {
  const bytes = /^[\w+\-=]+$/.test(value) ? Buffer.from(value, 'base64url') : Buffer.alloc(0)
  const text = bytes.toString('utf8')
  if (text === '' || text.includes('\ufffd')) {
    throw invalidParameter(`${name} must be text in URL-safe Base64.`)
  }
  return text
}

/** `#RRGGBB` in URL-safe Base64. @throws ImageError */
export function readColor(name: string, value: string): string {
  const text = readBase64(name, value)
  const [, digits] = /^#?([0-9a-f]{6})$/i.exec(text) ?? []
  if (!digits) throw invalidParameter(`${name} must be a colour such as #FF0000, in Base64.`)
  return `#${digits.toLowerCase()}`
}

/** @throws ImageError */
export function readGravity(value: string): Gravity {
  const lower = value.toLowerCase()
  const gravity = GRAVITIES.find((name) => name === lower)
  if (!gravity) throw invalidParameter(`gravity must be one of ${GRAVITIES.join(', ')}.`)
  return gravity
}

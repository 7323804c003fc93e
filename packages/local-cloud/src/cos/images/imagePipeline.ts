import type { Geometry } from './geometry'
import type { Gravity } from './parameters'

/** One change of the pixels. */
export type ImageStep =
  | { kind: 'autoOrient' }
  /**
   * `pad`: the colour that fills what is left of the box. `byEdges`: width and height of the box are those
   * of the longer and the shorter edge.
   */
  | { kind: 'scale'; geometry: Geometry; pad?: string; byEdges?: true }
  /** Scales to cover a box and cuts the box out. A side that is not given is the image's own. */
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

/** Formats that images are read and written in. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'bmp' | 'avif'

/** The quality of JPEG, WebP and AVIF, 0 to 100 (document 1045/33717). */
export interface QualityRule {
  /** `atMost`: the original's or this, the smaller; `relative`: a percentage of the original's. */
  kind: 'atMost' | 'exactly' | 'relative' | 'atLeast'
  value: number
}

/** How the result is encoded. */
export interface OutputOptions {
  /** @default the original's */
  format?: ImageFormat
  quality?: QualityRule
  progressive?: boolean
  /** Without EXIF and other metadata. @default false */
  strip?: boolean
  /** Further frames of an animation are dropped. */
  maxFrames?: number
  /** `orOriginal`: the original is returned if it is smaller. */
  maxBytes?: { bytes: number; orOriginal: boolean }
  /** Slower, smaller JPEG. */
  optimised?: boolean
}

/** The steps of a pipeline, in order. */
export interface ImagePipeline {
  steps: ImageStep[]
  output: OutputOptions
  /** Facts about the image are returned instead of the image. */
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
  /** Repeated over the whole image, each turned by `degrees`, `spacing` of its size apart. */
  tile?: { degrees: number; spacing: number }
  /** Scaled to a share of the image's width, height or area. */
  share?: { of: 'width' | 'height' | 'area'; value: number }
}

/** A picture laid over the image (document 436/36373). */
export interface ImageWatermark extends WatermarkPlacement {
  /** As given: `http://<bucket>.cos.<region>.myqcloud.com/<key>`. */
  url: string
  /** How a watermark larger than the image is handled. */
  oversize: 'scale' | 'crop'
}

/** Text laid over the image (document 436/36374). */
export interface TextWatermark extends WatermarkPlacement {
  text: string
  /** As given; which fonts exist depends on the machine. */
  font: string
  /** Points. */
  fontSize: number
  color: string
  /** 0 to 1. */
  shadow: number
}

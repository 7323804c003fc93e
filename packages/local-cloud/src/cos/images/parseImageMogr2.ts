import {
  type Geometry,
  type Gravity,
  type ImageFormat,
  type ImagePipeline,
  type ImageStep,
  invalidParameter,
  notImplemented,
  type Parameter,
  type QualityRule,
  readColor,
  readGravity,
  readInteger,
  readSwitch,
  splitParameters,
} from './imagePipeline'
import { MAX_RESULT_SIDE } from './sizes'

/** Parameters without a value. */
const FLAGS = new Set(['auto-orient', 'strip'])

/** Maximum number of frames for `cgif/1` (document 1045/33716). */
const DEFAULT_FRAMES = 30

/**
 * Parses the parameters of `imageMogr2` (documents 1045/33713 to 1045/33725). Steps are
 * executed in the order of the parameters; encoding comes last.
 * @throws ImageError
 */
export function parseImageMogr2(text: string): ImagePipeline {
  const parameters = splitParameters(text, FLAGS)
  const parameterValue = (name: string) =>
    parameters.find((parameter) => parameter.name === name)?.value
  const gravity = readGravity(parameterValue('gravity') ?? 'center')
  const pad = readPadding(parameterValue('pad'), parameterValue('color'))
  const pipeline: ImagePipeline = { steps: [], output: {} }
  for (const parameter of parameters) {
    const step = readStep(parameter, gravity, pad)
    if (step) pipeline.steps.push(step)
    else if (!readOutput(parameter, pipeline.output) && !MODIFIERS.has(parameter.name)) {
      throw invalidParameter(`imageMogr2 has no parameter ${JSON.stringify(parameter.name)}.`)
    }
  }
  return pipeline
}

/** Parameters that only modify other parameters. */
const MODIFIERS = new Set(['gravity', 'pad', 'color', 'ignore-error'])

function readPadding(pad: string | undefined, color: string | undefined): string | undefined {
  if (pad === undefined || !readSwitch('pad', pad)) return undefined
  return color === undefined ? '#ffffff' : readColor('color', color)
}

function readStep(
  { name, value }: Parameter,
  gravity: Gravity,
  pad: string | undefined,
): ImageStep | undefined {
  switch (name) {
    case 'auto-orient':
      return { kind: 'autoOrient' }
    case 'thumbnail': {
      const geometry = readGeometry(value)
      return { kind: 'scale', geometry, ...(pad && geometry.kind === 'within' ? { pad } : {}) }
    }
    case 'crop':
      return { kind: 'fill', ...readCropBox(value), gravity }
    case 'cut':
      return readCut(value)
    case 'scrop':
      throw notImplemented('cropping around faces (scrop)')
    case 'iradius':
      return { kind: 'circle', radius: readInteger(name, value, 1, MAX_RESULT_SIDE) }
    case 'rradius':
      return { kind: 'roundCorners', radius: readInteger(name, value, 1, MAX_RESULT_SIDE) }
    case 'rotate':
      return { kind: 'rotate', degrees: readInteger(name, value, 0, 360) % 360 }
    case 'flip':
      if (value === 'vertical' || value === 'horizontal') return { kind: 'flip', axis: value }
      throw invalidParameter('flip must be vertical or horizontal.')
    case 'blur':
      return readBlur(value)
    case 'bright':
      return { kind: 'brightness', value: readInteger(name, value, -100, 100) }
    case 'contrast':
      return { kind: 'contrast', value: readInteger(name, value, -100, 100) }
    case 'sharpen':
      return { kind: 'sharpen', value: readInteger(name, value, 10, 300) }
    case 'grayscale':
      return readSwitch(name, value) ? { kind: 'grayscale' } : undefined
    default:
      return undefined
  }
}

/** Reads the value of `thumbnail`. @throws ImageError */
function readGeometry(value: string): Geometry {
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

/** `<Width>x`, `x<Height>` or `<Width>x<Height>`. */
function readCropBox(value: string): { width?: number; height?: number } {
  const [, w = '', h = ''] = /^(\d*)x(\d*)$/.exec(value) ?? []
  if (w === '' && h === '') throw invalidParameter('crop must have the form <Width>x<Height>.')
  const side = (text: string) => readInteger('A side of crop', text, 1, MAX_RESULT_SIDE)
  return { ...(w === '' ? {} : { width: side(w) }), ...(h === '' ? {} : { height: side(h) }) }
}

function readCut(value: string): ImageStep {
  const [, w, h, x, y] = /^(\d+)x(\d+)x(\d+)x(\d+)$/.exec(value) ?? []
  if (!w || !h || !x || !y) {
    throw invalidParameter('cut must have the form <width>x<height>x<dx>x<dy>.')
  }
  return {
    kind: 'cut',
    width: readInteger('The width of cut', w, 1, MAX_RESULT_SIDE),
    height: readInteger('The height of cut', h, 1, MAX_RESULT_SIDE),
    left: readInteger('The dx of cut', x, 0, 30_000),
    top: readInteger('The dy of cut', y, 0, 30_000),
  }
}

/** `<radius>x<sigma>`: 1 to 50, and greater than 0 (document 1045/33718). */
function readBlur(value: string): ImageStep {
  const [, radius = '', sigma = ''] = /^(\d+)x(\d{1,3}(?:\.\d{1,3})?)$/.exec(value) ?? []
  readInteger('The radius of blur', radius, 1, 50)
  if (!(Number(sigma) > 0)) throw invalidParameter('The sigma of blur must be greater than 0.')
  return { kind: 'blur', sigma: Number(sigma) }
}

/** Reads a parameter of the encoding. @returns whether the parameter is one */
function readOutput({ name, value }: Parameter, output: ImagePipeline['output']): boolean {
  switch (name) {
    case 'format':
      Object.assign(output, readFormat(value))
      return true
    case 'quality':
    case 'rquality':
    case 'lquality':
      output.quality = readQuality(name, value)
      return true
    case 'interlace':
      output.progressive = readSwitch(name, value)
      return true
    case 'strip':
      output.strip = true
      return true
    case 'cgif': {
      const frames = readInteger(name, value, 1, 100)
      output.maxFrames = frames === 1 ? DEFAULT_FRAMES : frames
      return true
    }
    case 'size-limit':
      output.maxBytes = readSizeLimit(value)
      return true
    case 'grayscale':
      return true
    default:
      return false
  }
}

/** Reads the name of a format. @throws ImageError */
export function readFormat(value: string): { format: ImageFormat; optimised?: true } {
  const name = value.toLowerCase()
  if (name === 'jpg' || name === 'jpeg') return { format: 'jpeg' }
  if (name === 'yjpeg') return { format: 'jpeg', optimised: true }
  if (name === 'png' || name === 'gif' || name === 'webp' || name === 'bmp' || name === 'avif') {
    return { format: name }
  }
  if (name === 'heif' || name === 'heic' || name === 'tpg' || name === 'astc') {
    throw notImplemented(`the image format ${name}`)
  }
  throw invalidParameter(`format has no value ${JSON.stringify(value)}.`)
}

/** `quality`, `rquality` and `lquality`, in imageView2 `q`, `rq` and `lq`. @throws ImageError */
export function readQuality(name: string, value: string): QualityRule {
  const isForced = value.endsWith('!')
  const number = readInteger(name, isForced ? value.slice(0, -1) : value, 0, 100)
  if (name.startsWith('r')) return { kind: 'relative', value: number }
  if (name.startsWith('l')) return { kind: 'atLeast', value: number }
  return { kind: isForced ? 'exactly' : 'atMost', value: number }
}

/** Reads `15k` or `2m`; `!` returns the original if it is smaller (document 1045/44880). */
function readSizeLimit(value: string): { bytes: number; orOriginal: boolean } {
  const [, number, unit, mark] = /^(\d{1,6})([km])(!?)$/i.exec(value) ?? []
  if (!number || Number(number) === 0) {
    throw invalidParameter('size-limit must be a number of KB or MB, such as 15k.')
  }
  const factor = unit?.toLowerCase() === 'm' ? 1024 * 1024 : 1024
  return { bytes: Number(number) * factor, orOriginal: mark === '!' }
}

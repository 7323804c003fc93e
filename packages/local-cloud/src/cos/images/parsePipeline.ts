import {
  ERR_NO,
  ImageError,
  type ImagePipeline,
  type ImageReport,
  type ImageStep,
  type ImageWatermark,
  invalidParameter,
  notImplemented,
  type Parameter,
  readBase64,
  readColor,
  readGravity,
  readInteger,
  readSwitch,
  splitParameters,
  type TextWatermark,
  type WatermarkPlacement,
} from './imagePipeline'
import { parseImageMogr2, readFormat, readQuality } from './parseImageMogr2'
import { MAX_RESULT_SIDE } from './sizes'

/** Maximum number of pipes in a request (document 1045/33727). */
const MAX_PIPES = 10

/**
 * Parses the processing parameters of a URL or a rule.
 *
 * @param text `imageMogr2/thumbnail/200x|watermark/2/text/…`
 * @param styles returns the parameters of a style of the bucket, for `style/<name>`
 * @throws ImageError `InvalidArgument`, `NotImplemented`
 * @example parsePipeline('imageView2/1/w/200/h/200/q/85')
 */
export function parsePipeline(
  text: string,
  styles: (name: string) => string | undefined = () => undefined,
): ImagePipeline {
  const pipes = expandStyles(text, styles).split('|')
  if (pipes.length > MAX_PIPES) throw invalidParameter(`At most ${MAX_PIPES} pipes are allowed.`)
  const pipeline: ImagePipeline = { steps: [], output: {} }
  for (const [i, pipe] of pipes.entries()) {
    const report = readReport(pipe)
    if (report && i < pipes.length - 1) throw invalidParameter(`${report} must be the last pipe.`)
    if (report) pipeline.report = report
    else addOperation(pipeline, pipe)
  }
  return pipeline
}

/** Whether the original is returned if processing fails (`/ignore-error/1`). */
export function ignoresErrors(text: string): boolean {
  return /\/ignore-error\/1(?=$|\/|\|)/.test(text)
}

function expandStyles(text: string, styles: (name: string) => string | undefined): string {
  const name = /^style\/([^/|]+)$/.exec(text)?.[1]
  if (name === undefined) return text
  const body = styles(name)
  if (body === undefined) throw unknownStyle(name)
  return body
}

function unknownStyle(name: string): ImageError {
  const message = `The bucket has no image style ${JSON.stringify(name)}.`
  return new ImageError('InvalidArgument', message, ERR_NO.invalidStyle)
}

function readReport(pipe: string): ImageReport | undefined {
  const [name] = pipe.split('/ignore-error/')
  return name === 'imageInfo' || name === 'imageAve' || name === 'exif' ? name : undefined
}

function addOperation(pipeline: ImagePipeline, pipe: string): void {
  const [, operation = '', rest = ''] = /^([^/]*)\/?(.*)$/s.exec(pipe) ?? []
  const { steps, output } = parseOperation(operation, rest)
  pipeline.steps.push(...steps)
  Object.assign(pipeline.output, output)
}

function parseOperation(operation: string, rest: string): ImagePipeline {
  if (operation === 'imageMogr2') return parseImageMogr2(rest)
  if (operation === 'imageView2') return parseImageView2(rest)
  if (operation === 'watermark') return { steps: [parseWatermark(rest)], output: {} }
  if (/^(imageslim|ci-process|imageSnap|AIImage\w*|guetzli)$/i.test(operation)) {
    throw notImplemented(`the image operation ${operation}`)
  }
  throw invalidParameter(`There is no image operation ${JSON.stringify(operation)}.`)
}

/**
 * Parses the parameters of `imageView2`, the quick thumbnail template (document 1045/33726).
 * @param text `<mode>/w/<Width>/h/<Height>/format/<Format>/q/<Quality>`; without a mode the image is not scaled
 * @throws ImageError
 */
function parseImageView2(text: string): ImagePipeline {
  const [, mode, rest = ''] = /^(?:(\d+)(?:\/|$))?(.*)$/s.exec(text) ?? []
  const pipeline: ImagePipeline = { steps: [], output: {} }
  let width: number | undefined
  let height: number | undefined
  for (const { name, value } of splitParameters(rest)) {
    if (name === 'w') width = readInteger(name, value, 1, MAX_RESULT_SIDE)
    else if (name === 'h') height = readInteger(name, value, 1, MAX_RESULT_SIDE)
    else if (name === 'format') Object.assign(pipeline.output, readFormat(value))
    else if (name === 'q' || name === 'rq' || name === 'lq') {
      pipeline.output.quality = readQuality(name, value)
    } else if (name !== 'ignore-error') {
      throw invalidParameter(`imageView2 has no parameter ${JSON.stringify(name)}.`)
    }
  }
  const step = parseMode(mode, width, height)
  if (step) pipeline.steps.push(step)
  return pipeline
}

function parseMode(
  mode: string | undefined,
  width: number | undefined,
  height: number | undefined,
): ImageStep | undefined {
  if (mode !== undefined && !/^[1-5]$/.test(mode)) {
    throw invalidParameter('The mode of imageView2 must be a number from 1 to 5.')
  }
  const side = width ?? height
  if (side === undefined) return undefined
  if (mode === undefined) throw invalidParameter('imageView2 with w or h needs a mode.')
  // In all modes except 2, a missing side equals the other.
  const box = { width: width ?? side, height: height ?? side }
  switch (mode) {
    case '1':
      return { kind: 'fill', ...box, gravity: 'center', mayEnlarge: true }
    case '2': {
      const limits = { width: width ?? Infinity, height: height ?? Infinity }
      return { kind: 'scale', geometry: { kind: 'within', ...limits, only: 'shrink' } }
    }
    case '3':
      return { kind: 'scale', geometry: { kind: 'covering', ...box } }
    case '4':
      return { kind: 'scale', geometry: { kind: 'covering', ...box }, byEdges: true }
    default:
      return { kind: 'fill', ...box, gravity: 'center', byEdges: true, mayEnlarge: true }
  }
}

const DEFAULT_FONT = 'Tahoma.ttf'
const DEFAULT_FONT_SIZE = 13
const DEFAULT_COLOR = '#3d3d3d'
const DEFAULT_DISSOLVE = 90
/** Percent of the watermark's own size. */
const DEFAULT_SPACING = 10
const MAX_OFFSET = 9999
/** Limits the memory for drawing text. */
const MAX_TEXT_LENGTH = 512
const MAX_FONT_SIZE = 1000

/** Parses `1/image/…` and `2/text/…`. @throws ImageError */
function parseWatermark(text: string): ImageStep {
  const [, type, rest = ''] = /^(\d+)\/(.*)$/s.exec(text) ?? []
  if (type === '3' || type === '4') throw notImplemented(`watermark/${type}`)
  if (type !== '1' && type !== '2') throw invalidParameter('The type of watermark must be 1 or 2.')
  const values = new Map<string, string>()
  const parameters = splitParameters(rest)
  for (const { name, value } of parameters) values.set(name, value)
  const allowed = type === '1' ? IMAGE_PARAMETERS : TEXT_PARAMETERS
  refuseUnknown(parameters, allowed)
  const placement = readPlacement(values)
  return type === '1'
    ? { kind: 'imageWatermark', ...readImage(values), ...placement }
    : { kind: 'textWatermark', ...readText(values), ...placement }
}

const PLACEMENT = [
  'gravity',
  'dx',
  'dy',
  'dissolve',
  'batch',
  'degree',
  'spacing',
  'scatype',
  'spcent',
  'ignore-error',
]
const IMAGE_PARAMETERS = new Set([...PLACEMENT, 'image', 'blogo'])
const TEXT_PARAMETERS = new Set([...PLACEMENT, 'text', 'font', 'fontsize', 'fill', 'shadow'])

function refuseUnknown(parameters: Parameter[], allowed: Set<string>): void {
  const unknown = parameters.find(({ name }) => !allowed.has(name))
  if (unknown) {
    throw invalidParameter(`watermark has no parameter ${JSON.stringify(unknown.name)}.`)
  }
}

function readPlacement(values: Map<string, string>): WatermarkPlacement {
  const number = (name: string, min: number, max: number, fallback: number) => {
    const value = values.get(name)
    return value === undefined ? fallback : readInteger(name, value, min, max)
  }
  const isTiled = readSwitch('batch', values.get('batch') ?? '0')
  const share = readShare(values.get('scatype'), values.get('spcent'))
  return {
    gravity: readGravity(values.get('gravity') ?? 'southeast'),
    dx: number('dx', 0, MAX_OFFSET, 0),
    dy: number('dy', 0, MAX_OFFSET, 0),
    opacity: number('dissolve', 1, 100, DEFAULT_DISSOLVE) / 100,
    ...(isTiled
      ? {
          tile: {
            degrees: number('degree', 0, 360, 0) % 360,
            spacing: number('spacing', 0, 100, DEFAULT_SPACING) / 100,
          },
        }
      : {}),
    ...(share ? { share } : {}),
  }
}

/** `scatype` with `spcent`: thousandths of the image's width, height or area. */
function readShare(
  type: string | undefined,
  share: string | undefined,
): WatermarkPlacement['share'] | undefined {
  if (type === undefined && share === undefined) return undefined
  if (type === undefined || share === undefined) {
    throw invalidParameter('scatype and spcent must be given together.')
  }
  const of = (['width', 'height', 'area'] as const)[readInteger('scatype', type, 1, 3) - 1]
  if (!of) return undefined
  return { of, value: readInteger('spcent', share, 1, of === 'area' ? 250 : 1000) / 1000 }
}

function readImage(values: Map<string, string>): Pick<ImageWatermark, 'url' | 'oversize'> {
  const url = readBase64('image', values.get('image') ?? '')
  const blogo = readInteger('blogo', values.get('blogo') ?? '2', 1, 2)
  return { url, oversize: blogo === 1 ? 'scale' : 'crop' }
}

function readText(values: Map<string, string>): Omit<TextWatermark, keyof WatermarkPlacement> {
  const text = readBase64('text', values.get('text') ?? '')
  if (text.length > MAX_TEXT_LENGTH) {
    throw invalidParameter(`The text of a watermark has at most ${MAX_TEXT_LENGTH} characters.`)
  }
  const [font, fill] = [values.get('font'), values.get('fill')]
  return {
    text,
    font: font === undefined ? DEFAULT_FONT : readBase64('font', font),
    fontSize: readInteger(
      'fontsize',
      values.get('fontsize') ?? String(DEFAULT_FONT_SIZE),
      1,
      MAX_FONT_SIZE,
    ),
    color: fill === undefined ? DEFAULT_COLOR : readColor('fill', fill),
    shadow: readInteger('shadow', values.get('shadow') ?? '0', 0, 100) / 100,
  }
}

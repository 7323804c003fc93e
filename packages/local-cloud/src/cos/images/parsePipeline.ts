import { MAX_RESULT_SIDE } from './geometry'
import { ERR_NO, ImageError, invalidParameter, notImplemented } from './imageError'
import type { ImagePipeline, ImageReport, ImageStep } from './imagePipeline'
import { readInteger, splitParameters } from './parameters'
import { parseImageMogr2, readFormat, readQuality } from './parseImageMogr2'
import { parseWatermark } from './parseWatermark'

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
  const step = stepOfMode(mode, width, height)
  if (step) pipeline.steps.push(step)
  return pipeline
}

function stepOfMode(
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

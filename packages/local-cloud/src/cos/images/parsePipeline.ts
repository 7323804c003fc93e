import { ERR_NO, ImageError, invalidParameter, notImplemented } from './imageError'
import type { ImagePipeline, ImageReport } from './imagePipeline'
import { parseImageMogr2 } from './parseImageMogr2'
import { parseImageView2 } from './parseImageView2'
import { parseWatermark } from './parseWatermark'

/** Pipes in one request (document 1045/33727). */
const MAX_PIPES = 10

/**
 * Parses processing parameters as a URL or a rule carries them.
 *
 * @param text `imageMogr2/thumbnail/200x|watermark/2/text/…`
 * @param styles the bucket's styles, for `style/<name>`
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

/** Whether the original is wanted where processing fails (`/ignore-error/1`). */
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

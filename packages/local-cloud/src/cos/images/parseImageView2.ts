import { MAX_RESULT_SIDE } from './geometry'
import { invalidParameter } from './imageError'
import type { ImagePipeline, ImageStep } from './imagePipeline'
import { readInteger, splitParameters } from './parameters'
import { readFormat, readQuality } from './parseImageMogr2'

/**
 * Parses the parameters of `imageView2`, the quick thumbnail template (document 1045/33726).
 * @param text `<mode>/w/<Width>/h/<Height>/format/<Format>/q/<Quality>`; without a mode nothing is scaled
 * @throws ImageError
 */
export function parseImageView2(text: string): ImagePipeline {
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
  const given = width ?? height
  if (given === undefined) return undefined
  if (mode === undefined) throw invalidParameter('imageView2 with w or h needs a mode.')
  // In all modes but 2, a side that is not given is the same as the other.
  const box = { width: width ?? given, height: height ?? given }
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

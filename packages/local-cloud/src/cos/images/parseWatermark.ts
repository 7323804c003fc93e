import { invalidParameter, notImplemented } from './imageError'
import type { ImageStep, ImageWatermark, TextWatermark, WatermarkPlacement } from './imagePipeline'
import {
  type Parameter,
  readBase64,
  readColor,
  readGravity,
  readInteger,
  readSwitch,
  splitParameters,
} from './parameters'

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
export function parseWatermark(text: string): ImageStep {
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

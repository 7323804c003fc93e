import { operations, RESERVED_SUBRESOURCES } from '@miniprogram-cos/protocol'
import { NOT_IMITATED } from './object/objectHeaders'
import { handlers } from './operations/index'

/** What the local COS does and does not do, read from the tables it runs on. */
export function describeGaps(): { imitated: string[]; subresources: string[]; headers: string[] } {
  const imitated = Object.keys(operations).filter((name) => name in handlers)
  const served = new Set(
    Object.entries(operations)
      .filter(([name]) => name in handlers)
      .flatMap(([, row]) => {
        const { needs = [], subresource } = row as { needs?: string[]; subresource?: string }
        return [...needs, ...(subresource ? [subresource] : [])]
      }),
  )
  // Served apart from the table, see images/imageOperations.ts.
  served.add('image_process')
  const subresources = [...RESERVED_SUBRESOURCES].filter((name) => !served.has(name)).sort()
  return { imitated, subresources, headers: [...NOT_IMITATED].sort() }
}

/** What is done to images, and what is not. */
const IMAGES = [
  '**Images**, where the optional package `sharp` is installed: `imageMogr2`, `imageView2`, `watermark` (1 image, 2 text), `imageInfo`, `imageAve` and `exif` on GET, in pipes, as styles (`?style`) and in `Pic-Operations` of PUT, POST, Complete Multipart Upload and `?image_process`.',
  'Answered with `501 NotImplemented`: `scrop`, `watermark/3` and `/4`, `imageslim`, HEIF and TPG, and other operations than scaling and cropping on animations.',
].join(' ')

/** The list of gaps as the README shows it. */
export function gapsAsMarkdown(): string {
  const { imitated, subresources, headers } = describeGaps()
  const list = (names: string[]) => names.map((name) => `\`${name}\``).join(', ')
  return [
    `**Imitated (${imitated.length} operations):** ${list(imitated)}.`,
    `**Answered with \`501 NotImplemented\`, naming it:** the sub-resources ${list(subresources)}; the headers ${list(headers)}; \`ci-process\` in the query.`,
    IMAGES,
  ].join('\n\n')
}

import { type AnyOperation, operations, RESERVED_SUBRESOURCES } from '@miniprogram-cos/protocol'
import { optionsObject } from '../bucketRules'
import { bucket, service } from './bucket'
import { bucketConfiguration } from './bucketConfiguration'
import { copy } from './copy'
import { getBucket, listObjectVersions } from './listObjects'
import { multipart } from './multipart'
import { appendObject, deleteObject, getObject, putObject } from './object'
import { acl, restoreObject, tagging } from './objectAttributes'
import { NOT_IMITATED } from './objectHeaders'
import type { Handlers } from './operation'
import { postObject } from './postObject'

/** The implemented operations, by their names in the protocol's table. */
export const handlers: Handlers = {
  ...service,
  ...bucket,
  ...getBucket,
  ...putObject,
  ...postObject,
  ...getObject,
  ...deleteObject,
  ...restoreObject,
  ...copy,
  ...optionsObject,
  ...multipart,
  ...acl,
  ...appendObject,
  ...bucketConfiguration,
  ...tagging,
  ...listObjectVersions,
}

/** Lists the operations that the local COS implements and the features that it refuses with `NotImplemented`. */
export function describeGaps(): { imitated: string[]; subresources: string[]; headers: string[] } {
  const imitated = Object.keys(operations).filter((name) => name in handlers)
  const served = new Set(
    Object.entries(operations)
      .filter(([name]) => name in handlers)
      .flatMap(([, { needs = [], subresource }]: [string, AnyOperation]) => [
        ...needs,
        ...(subresource ? [subresource] : []),
      ]),
  )
  // Implemented in images/imageOperations.ts.
  served.add('image_process')
  const subresources = [...RESERVED_SUBRESOURCES].filter((name) => !served.has(name)).sort()
  return { imitated, subresources, headers: [...NOT_IMITATED].sort() }
}

/** Which image processing is implemented. */
const IMAGES = [
  '**Images**, where the optional package `sharp` is installed: `imageMogr2`, `imageView2`, `watermark` (1 image, 2 text), `imageInfo`, `imageAve` and `exif` on GET, in pipes, as styles (`?style`) and in `Pic-Operations` of PUT, POST, Complete Multipart Upload and `?image_process`.',
  'Answered with `501 NotImplemented`: `scrop`, `watermark/3` and `/4`, `imageslim`, HEIF and TPG, and other operations than scaling and cropping on animations.',
].join(' ')

/** The list of gaps in the README. */
export function gapsAsMarkdown(): string {
  const { imitated, subresources, headers } = describeGaps()
  const list = (names: string[]) => names.map((name) => `\`${name}\``).join(', ')
  return [
    `**Imitated (${imitated.length} operations):** ${list(imitated)}.`,
    `**Answered with \`501 NotImplemented\`, naming it:** the sub-resources ${list(subresources)}; the headers ${list(headers)}; \`ci-process\` in the query, except \`snapshot\`.`,
    IMAGES,
    '**Video snapshots**, where `ffmpeg` is installed: `ci-process=snapshot` on GET, of videos up to 512 MB.',
  ].join('\n\n')
}

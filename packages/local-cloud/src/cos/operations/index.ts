import { type AnyOperation, operations, RESERVED_SUBRESOURCES } from '@miniprogram-cos/protocol'
import { optionsObject } from '../cors'
import { NOT_IMITATED } from '../object/headers'
import { bucket, service } from './bucket'
import { bucketConfiguration } from './bucketConfiguration'
import { copy } from './copy'
import { deleteObject } from './deleteObject'
import { getObject } from './getObject'
import { getBucket, listObjectVersions } from './listObjects'
import { multipart } from './multipart'
import { acl, restoreObject, tagging } from './objectAttributes'
import type { Handlers } from './operation'
import { postObject } from './postObject'
import { appendObject, putObject } from './putObject'

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

/** What the local COS implements, and what it refuses with `NotImplemented`. */
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
  const subresources = [...RESERVED_SUBRESOURCES].filter((name) => !served.has(name)).sort()
  return { imitated, subresources, headers: [...NOT_IMITATED].sort() }
}

/** The list of gaps in the README. */
export function gapsAsMarkdown(): string {
  const { imitated, subresources, headers } = describeGaps()
  const list = (names: string[]) => names.map((name) => `\`${name}\``).join(', ')
  return [
    `**Imitated (${imitated.length} operations):** ${list(imitated)}.`,
    `**Answered with \`501 NotImplemented\`, naming it:** the sub-resources ${list(subresources)}; the headers ${list(headers)}; media processing in the query (\`imageMogr2\`, \`ci-process\` …).`,
  ].join('\n\n')
}

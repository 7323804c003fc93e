import { readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { limited } from '../body'
import { CosServiceError } from '../errors'
import { bucketOf, type OperationContext } from '../operations/operation'
import { type CosResponse, xmlResponse } from '../response'
import type { BucketRecord } from '../store/records'
import { parsePipeline } from './parsePipeline'

/** Maximum number of styles of a bucket (document 1045/33700, error -60957). */
const MAX_STYLES = 100
const MAX_BODY_BYTES = 64 * 1024
/** Prefix of styles among the bucket's documents. */
const STYLE_PREFIX = 'style/'
/** The separators between a key and the name of a style (document 1045/33443). */
const SEPARATORS = /[-_!/]/g

/** The parameters of a style, if the bucket has it. */
export function styleOf({ documents }: BucketRecord, name: string): string | undefined {
  return documents && Object.hasOwn(documents, STYLE_PREFIX + name)
    ? documents[STYLE_PREFIX + name]
    : undefined
}

/** Splits `a.jpg!small` into the key and the style's parameters; undefined if the bucket has no such style. */
export function splitStyledKey(
  bucket: BucketRecord,
  key: string,
): { key: string; parameters: string } | undefined {
  for (const { index } of key.matchAll(SEPARATORS)) {
    const parameters = index > 0 ? styleOf(bucket, key.slice(index + 1)) : undefined
    if (parameters !== undefined) return { key: key.slice(0, index), parameters }
  }
  return undefined
}

/**
 * Adds, lists and deletes the image styles of a bucket: `?style` (documents 1045/33707 to 33709). The
 * required CAM actions are not documented, so only the owner's key is accepted.
 * @throws CosServiceError `AccessDenied`, `MalformedXML`, `MethodNotAllowed`; ImageError for invalid parameters
 */
export async function answerStyleRequest(context: OperationContext): Promise<CosResponse> {
  const { request, principal, store } = context
  if (principal.kind !== 'root') {
    throw new CosServiceError('AccessDenied', undefined, {
      Decision: 'image styles are configured with the owner key',
    })
  }
  const bucket = bucketOf(context)
  switch (request.method) {
    case 'GET':
      return xmlResponse({ StyleList: { StyleRule: stylesOf(bucket) } })
    case 'PUT': {
      const { StyleName: name, StyleBody: parameters } = await readStyle(context, 'AddStyle')
      if (!parameters || stylesOf(bucket).length >= MAX_STYLES) {
        throw new CosServiceError(
          'InvalidArgument',
          `A bucket has at most ${MAX_STYLES} styles, none empty.`,
        )
      }
      parsePipeline(parameters)
      await store.buckets.update(bucket.name, (record) => ({
        ...record,
        documents: { ...record.documents, [STYLE_PREFIX + name]: parameters },
      }))
      return { status: 200 }
    }
    case 'DELETE': {
      const { StyleName: name } = await readStyle(context, 'DeleteStyle')
      await store.buckets.update(bucket.name, (record) => {
        const { [STYLE_PREFIX + name]: _, ...documents } = record.documents ?? {}
        return { ...record, documents }
      })
      return { status: 200 }
    }
    default:
      throw new CosServiceError('MethodNotAllowed')
  }
}

function stylesOf({ documents = {} }: BucketRecord): { StyleName: string; StyleBody: string }[] {
  return Object.entries(documents)
    .filter(([name]) => name.startsWith(STYLE_PREFIX))
    .map(([name, StyleBody]) => ({ StyleName: name.slice(STYLE_PREFIX.length), StyleBody }))
}

async function readStyle(
  { request }: OperationContext,
  root: string,
): Promise<{ StyleName: string; StyleBody?: string }> {
  const chunks: Uint8Array[] = []
  for await (const chunk of limited(request.raw, MAX_BODY_BYTES)) chunks.push(chunk)
  const element = readDocument(Buffer.concat(chunks).toString('utf8'), root)
  const { StyleName: name, StyleBody: parameters } = element
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    throw new CosServiceError('MalformedXML')
  return { StyleName: name, ...(typeof parameters === 'string' ? { StyleBody: parameters } : {}) }
}

function readDocument(text: string, root: string): XmlElement {
  if (/<!DOCTYPE/i.test(text)) throw new CosServiceError('MalformedXML')
  let content: unknown
  try {
    content = readXml(text)[root]
  } catch {
    throw new CosServiceError('MalformedXML')
  }
  if (typeof content !== 'object' || content === null) throw new CosServiceError('MalformedXML')
  return content as XmlElement
}

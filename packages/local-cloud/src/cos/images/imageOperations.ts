import { operations, readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { authorize, requiredAccess } from '../authorize'
import { limited } from '../body'
import { accessDenied, CosServiceError, invalidArgument } from '../errors'
import { refuseArchived } from '../operations/objectAttributes'
import { bucketOf, type OperationContext } from '../operations/operation'
import { type CosRequest, versionIdOf } from '../request'
import { type CosResponse, xmlResponse } from '../response'
import type { BucketRecord } from '../store/records'
import { ImageError } from './imagePipeline'
import { imageServiceError, STYLE_PREFIX } from './imageRequests'
import { parsePipeline } from './parsePipeline'
import { planProcessing } from './picOperations'

/**
 * Executes the operations on images that are not in the protocol's table: `?style` of a bucket, and
 * `POST /<key>?image_process`, which processes a stored object. Returns undefined for all others.
 * @throws CosServiceError
 */
export async function answerImageOperation(
  context: OperationContext,
): Promise<CosResponse | undefined> {
  const { request } = context
  if (isStyleRequest(request)) {
    try {
      return await answerStyleRequest(context)
    } catch (error) {
      throw error instanceof ImageError ? imageServiceError(error) : error
    }
  }
  return isProcessingRequest(request) ? processInCloud(context) : undefined
}

/**
 * The actions of an operation on images, for strict signature mode; undefined for all other operations. The actions of
 * `?style` are not documented, so only a rule for all actions covers it.
 */
export function imageOperationActions(request: CosRequest): readonly string[] | undefined {
  if (isStyleRequest(request)) return ['']
  return isProcessingRequest(request) ? ['GetObject', 'PutObject'] : undefined
}

const isStyleRequest = ({ target, query, method }: CosRequest) =>
  target === 'bucket' && 'style' in query && method !== 'OPTIONS'

const isProcessingRequest = ({ target, query, method }: CosRequest) =>
  target === 'object' && 'image_process' in query && method === 'POST'

/** Requires GetObject of the original and PutObject of all results (document 436/36366). */
async function processInCloud(context: OperationContext): Promise<CosResponse> {
  const { request, store } = context
  const bucket = bucketOf(context)
  await authorize(context, requiredAccess(operations.getObject, request, bucket.region))
  const plan = await planProcessing(context, request.headers['pic-operations'] ?? '', request.key)
  const object = await store.objects.find(bucket.name, request.key, versionIdOf(request))
  if (!object || object.isDeleteMarker || !plan) throw new CosServiceError('NoSuchKey')
  refuseArchived(object, context.now)
  return plan(object)
}

/** Maximum number of styles of a bucket (document 1045/33700, error -60957). */
const MAX_STYLES = 100
const MAX_BODY_BYTES = 64 * 1024

/**
 * Adds, lists and deletes the image styles of a bucket: `?style` (documents 1045/33707 to 33709). The
 * required CAM actions are not documented, so only the owner's key is accepted.
 * @throws CosServiceError `AccessDenied`, `MalformedXML`, `MethodNotAllowed`; ImageError for invalid parameters
 */
async function answerStyleRequest(context: OperationContext): Promise<CosResponse> {
  const { request, principal, store } = context
  if (principal.kind !== 'root') {
    throw accessDenied('image styles are configured with the owner key')
  }
  const bucket = bucketOf(context)
  switch (request.method) {
    case 'GET':
      return xmlResponse({ StyleList: { StyleRule: stylesOf(bucket) } })
    case 'PUT': {
      const { StyleName: name, StyleBody: parameters } = await readStyle(context, 'AddStyle')
      if (!parameters || stylesOf(bucket).length >= MAX_STYLES) {
        throw invalidArgument(`A bucket has at most ${MAX_STYLES} styles, none empty.`)
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

import { operations } from '@miniprogram-cos/protocol'
import { authorize, requiredAccess } from '../authorize'
import { CosServiceError } from '../errors'
import { refuseArchived } from '../object/restore'
import { bucketOf, type OperationContext } from '../operations/operation'
import { type CosRequest, versionIdOf } from '../request'
import type { CosResponse } from '../response'
import { ImageError } from './imageError'
import { imageServiceError } from './imageRequests'
import { answerStyleRequest } from './imageStyles'
import { planProcessing } from './processUpload'

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

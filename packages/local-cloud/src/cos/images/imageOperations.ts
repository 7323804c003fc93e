import { operations } from '@miniprogram-cos/protocol'
import { authorize, requiredAccess } from '../authorize'
import { CosServiceError } from '../errors'
import { refuseArchived } from '../object/restore'
import { bucketOf, type OperationContext } from '../operations/operation'
import type { CosResponse } from '../response'
import { ImageError } from './imageError'
import { imageServiceError } from './imageRequests'
import { answerStyleRequest } from './imageStyles'
import { planProcessing } from './processUpload'

/**
 * Operations on images that are not in the protocol's table: `?style` of a bucket, and
 * `POST /<key>?image_process`, which processes an object that is already stored. Undefined for all others.
 * @throws CosServiceError
 */
export async function answerImageOperation(
  context: OperationContext,
): Promise<CosResponse | undefined> {
  const { request } = context
  if (request.target === 'bucket' && 'style' in request.query && request.method !== 'OPTIONS') {
    try {
      return await answerStyleRequest(context)
    } catch (error) {
      throw error instanceof ImageError ? imageServiceError(error) : error
    }
  }
  if (request.target !== 'object' || request.method !== 'POST') return undefined
  return 'image_process' in request.query ? processInCloud(context) : undefined
}

/** Needs GetObject of the original, and PutObject of every result (document 436/36366). */
async function processInCloud(context: OperationContext): Promise<CosResponse> {
  const { request, store } = context
  const bucket = bucketOf(context)
  await authorize(context, requiredAccess(operations.getObject, request, bucket.region))
  const plan = await planProcessing(context, request.headers['pic-operations'] ?? '', request.key)
  const object = store.objects.get(bucket.name, request.key)
  if (!object || !plan) throw new CosServiceError('NoSuchKey')
  refuseArchived(object, context.now)
  return plan(object)
}

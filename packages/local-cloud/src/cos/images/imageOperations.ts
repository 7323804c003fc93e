import { operations } from '@miniprogram-cos/protocol'
import { authorize, wantedAccess } from '../access/authorize'
import type { Answer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { refuseArchived } from '../object/restore'
import { bucketOf, type OperationContext } from '../operations/operation'
import { ImageError } from './imageError'
import { imageFault } from './imageRequests'
import { answerStyleRequest } from './imageStyles'
import { planProcessing } from './processUpload'

/**
 * Operations on images that are not in the protocol's table: `?style` of a bucket, and
 * `POST /<key>?image_process`, which processes an object that is already stored. Undefined for all others.
 * @throws Fault
 */
export async function answerImageOperation(context: OperationContext): Promise<Answer | undefined> {
  const { request } = context
  if (request.target === 'bucket' && 'style' in request.query && request.method !== 'OPTIONS') {
    try {
      return await answerStyleRequest(context)
    } catch (error) {
      throw error instanceof ImageError ? imageFault(error) : error
    }
  }
  if (request.target !== 'object' || request.method !== 'POST') return undefined
  return 'image_process' in request.query ? processInCloud(context) : undefined
}

/** Needs GetObject of the original, and PutObject of every result (document 436/36366). */
async function processInCloud(context: OperationContext): Promise<Answer> {
  const { request, store } = context
  const bucket = bucketOf(context)
  await authorize(context, wantedAccess(operations.getObject, request, bucket.region))
  const plan = await planProcessing(context, request.headers['pic-operations'] ?? '', request.key)
  const object = store.objects.get(bucket.name, request.key)
  if (!object || !plan) throw new Fault('NoSuchKey')
  refuseArchived(object, context.now)
  return plan(object)
}

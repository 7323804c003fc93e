import { operations, parseBucketHost } from '@miniprogram-cos/protocol'
import { authenticate } from '../authenticate'
import { authorize, requiredAccess } from '../authorize'
import { checkReferer } from '../bucketRules'
import { CosServiceError } from '../errors'
import { refuseArchived } from '../object/restore'
import { bucketOf, type OperationContext } from '../operations/operation'
import { type CosRequest, versionIdOf } from '../request'
import { RequestTrace } from '../requestLog'
import type { ObjectRecord } from '../store/records'
import type { LoadWatermark } from './executePipeline'
import { ERR_NO, ImageError } from './imageError'
import { checkSourceBytes } from './sourceImage'

/** Reads the content of a pinned object. @throws ImageError if it is too large to be processed */
export async function readImageObject(
  { store }: OperationContext,
  { size, blobs }: ObjectRecord,
): Promise<Buffer> {
  checkSourceBytes(size)
  if (size === 0) return Buffer.alloc(0)
  const content = store.blobs.read(blobs, 0, size - 1)
  if (Buffer.isBuffer(content)) return content
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * Reads the pictures of watermarks as the service does: from the bucket of the image, by a URL that must give access to the
 * object, because the object is public or by a signature (document 436/36373).
 */
export function watermarkReader(context: OperationContext): LoadWatermark {
  return async (url) => {
    try {
      return await readWatermark(context, url)
    } catch (error) {
      if (!(error instanceof CosServiceError)) throw error
      throw unreadable(`The watermark cannot be read: ${error.message}`)
    }
  }
}

async function readWatermark(context: OperationContext, url: string): Promise<Buffer> {
  const bucket = bucketOf(context)
  const request = requestOf(context, url)
  if (parseBucketHost(request.headers.host ?? '')?.bucket !== bucket.name) {
    throw unreadable('The watermark must be stored in the bucket of the image.')
  }
  const { principal } = authenticate(request, context.keys, Math.floor(context.now / 1000))
  if (principal.kind === 'anonymous') checkReferer(request, bucket)
  const { store, keys, requestId, now } = context
  // A separate trace, so that the log shows the decision about the image itself.
  const trace = new RequestTrace(request.raw, requestId, now)
  await authorize(
    { request, principal, store, keys, trace },
    requiredAccess(operations.getObject, request, bucket.region),
  )
  const pinned = await context.store.objects.pin(bucket.name, request.key, versionIdOf(request))
  if (!pinned || pinned.object.isDeleteMarker) throw unreadable('The watermark does not exist.')
  try {
    refuseArchived(pinned.object, context.now)
    return await readImageObject(context, pinned.object)
  } finally {
    pinned.release()
  }
}

/** The request for a URL. */
function requestOf({ request }: OperationContext, url: string): CosRequest {
  const [, host, path = '/', search = ''] =
    /^http:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?/.exec(url) ?? []
  if (!host) throw unreadable('The URL of the watermark must start with http://.')
  const query: Record<string, string> = Object.create(null)
  for (const part of search.split('&')) {
    const [name = '', ...value] = part.split('=')
    if (name !== '' && !(decode(name) in query)) query[decode(name)] = decode(value.join('='))
  }
  const pathname = decode(path)
  return {
    raw: request.raw,
    method: 'GET',
    target: 'object',
    bucket: request.bucket,
    isAccelerated: false,
    isMerged: false,
    key: pathname.replace(/^\/+/, ''),
    pathname,
    query,
    search,
    headers: { host },
    throttles: [],
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw unreadable('The URL of the watermark is malformed.')
  }
}

function unreadable(message: string): ImageError {
  return new ImageError('InvalidImageSource', message, ERR_NO.invalidUrl)
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, keyProblem } from '@miniprogram-cos/protocol'
import { bytesOf } from '../cos/response'
import { type BucketRecord, objectOfBlob } from '../cos/store/records'
import type { Store } from '../cos/store/store'

interface ObjectServices {
  store: Store
  /** Unix milliseconds. */
  now: number
}

/**
 * Reads, writes or deletes the object `?bucket=…&key=…` with the permissions of the bucket's owner. With `&download`, the
 * browser saves the object as a file.
 * @throws Error for a bucket that does not exist or an invalid key
 */
export async function serveObject(
  { store, now }: ObjectServices,
  request: IncomingMessage,
  response: ServerResponse,
  query: URLSearchParams,
): Promise<void> {
  const name = query.get('bucket') ?? ''
  const key = query.get('key') ?? ''
  const bucket = store.buckets.get(name)
  if (!bucket) throw new Error(`there is no bucket "${name}"`)
  if (request.method === 'GET') {
    await sendObject(store, bucket, key, response, query.has('download'))
    return
  }
  if (request.method === 'PUT') {
    const problem = keyProblem(key)
    if (problem) throw new Error(`"${key}" cannot be a key: ${problem}`)
    await putObject(store, bucket, key, request, now)
  } else {
    await store.objects.delete(bucket, key)
  }
  response.writeHead(204)
  response.end()
}

async function putObject(
  store: Store,
  bucket: BucketRecord,
  key: string,
  request: IncomingMessage,
  now: number,
): Promise<void> {
  const blob = await store.blobs.write(request)
  const description = {
    headers: { 'Content-Type': request.headers['content-type'] ?? contentTypeOf(key) },
    storageClass: 'STANDARD',
  }
  await store.objects.put(bucket, objectOfBlob(key, blob, now, description))
}

async function sendObject(
  store: Store,
  bucket: BucketRecord,
  key: string,
  response: ServerResponse,
  isDownload: boolean,
): Promise<void> {
  const pinned = await store.objects.pin(bucket.name, key)
  try {
    if (!pinned || pinned.object.isDeleteMarker) {
      response.writeHead(404)
      response.end()
      return
    }
    const { size, blobs, headers } = pinned.object
    const fileName = encodeURIComponent(key.split('/').pop() || 'object')
    response.writeHead(200, {
      'Content-Type': headers['Content-Type'] ?? contentTypeOf(key),
      'Content-Length': size,
      'Cache-Control': 'no-store',
      // An HTML document of a bucket must not act as the admin page.
      'Content-Security-Policy': 'sandbox',
      'X-Content-Type-Options': 'nosniff',
      ...(isDownload ? { 'Content-Disposition': `attachment; filename*=UTF-8''${fileName}` } : {}),
    })
    const content = size > 0 ? store.blobs.read(blobs, 0, size - 1) : ''
    await pipeline(Readable.from(bytesOf(content)), response)
  } finally {
    pinned?.release()
  }
}

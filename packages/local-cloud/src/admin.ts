import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, keyProblem } from '@miniprogram-cos/protocol'
import { overviewPage } from './adminPage'
import type { Documents } from './cloudbase/documents'
import { checkPlan, type FaultPlan } from './cos/faults'
import type { LogEntry } from './cos/requestLog'
import { bytesOf } from './cos/response'
import { type BucketRecord, objectOfBlob } from './cos/store/records'
import type { Store } from './cos/store/store'
import { createServer, parseJsonObject, readBody, type Server, sendJson } from './http'
import type { KeyRing } from './sts/keys'

const MAX_ENTRIES = 200
const MAX_BODY_BYTES = 64 * 1024

/** Listeners with more unsent bytes are disconnected. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** The parts of the local cloud that the admin server shows and changes. */
interface AdminServices {
  store: Store
  documents: Documents
  keys: KeyRing
  faults: FaultPlan
  commands: DataCommands
  clock: () => number
}

/** Commands on the data of all buckets or of one. */
export interface DataCommands {
  reset: () => Promise<void>
  seed: (folder: string, bucket?: string) => Promise<number>
  export: (folder: string, bucket?: string) => Promise<number>
}

/** Shows the state of the local cloud and injects faults. */
export class Admin {
  readonly #services: AdminServices
  readonly #entries: LogEntry[] = []
  readonly #listeners = new Set<ServerResponse>()

  constructor(services: AdminServices) {
    this.#services = services
  }

  /** Records an entry of the request log and sends it to the listeners of `/events`. */
  record(entry: LogEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length > MAX_ENTRIES) this.#entries.shift()
    if (this.#listeners.size === 0) return
    const line = `data: ${JSON.stringify(entry)}\n\n`
    for (const listener of this.#listeners) {
      if (listener.writableLength > MAX_UNREAD_BYTES) listener.destroy()
      else listener.write(line)
    }
  }

  createServer(): Server {
    return createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        if (response.headersSent) return response.destroy()
        sendJson(response, 400, { error: error.message })
      })
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isTrusted(request)) {
      response.writeHead(403)
      response.end()
      return
    }
    const { store, documents, keys, faults, commands } = this.#services
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://admin')
    const json = (value: unknown) => sendJson(response, 200, value)
    switch (`${request.method} ${pathname}`) {
      case 'GET /':
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        response.end(
          await overviewPage({
            store,
            documents,
            keys,
            entries: this.#entries,
            prefix: searchParams.get('prefix') ?? '',
            isChinese: /^zh\b/i.test(request.headers['accept-language'] ?? ''),
          }),
        )
        return
      case 'GET /object':
      case 'PUT /object':
      case 'DELETE /object':
        await serveObject(this.#services, request, response, searchParams)
        return
      case 'GET /log':
        json(this.#entries)
        return
      case 'GET /events':
        response.writeHead(200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-store',
        })
        response.write(': requests of the local COS\n\n')
        this.#listeners.add(response)
        response.on('close', () => this.#listeners.delete(response))
        return
      case 'GET /faults':
        json({ rules: faults.rules })
        return
      case 'PUT /faults':
        faults.set(checkPlan(await readJson(request)))
        json({ rules: faults.rules })
        return
      case 'POST /reset':
        await commands.reset()
        json({})
        return
      case 'POST /seed': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await commands.seed(folder, bucket) })
        return
      }
      case 'POST /export': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await commands.export(folder, bucket) })
        return
      }
      default:
        response.writeHead(404)
        response.end()
    }
  }
}

/**
 * Whether a request comes from the admin page or a program. Other web pages are refused, whether they use a cross-origin
 * request or DNS rebinding.
 */
function isTrusted({ headers, url }: IncomingMessage): boolean {
  const { host = '', origin, 'sec-fetch-site': site } = headers
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) return false
  if (origin !== undefined && origin !== `http://${host}`) return false
  // Other pages may link to the admin page, but not embed or change objects.
  return url === '/' || site === undefined || site === 'same-origin' || site === 'none'
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readBody(request, MAX_BODY_BYTES, () => new Error('the body is too large'))
  const value = parseJsonObject(body.toString('utf8'))
  if (!value) throw new Error('the body must be a JSON object')
  return value
}

/** @throws Error if the folder is missing */
async function readFolder(request: IncomingMessage): Promise<{ folder: string; bucket?: string }> {
  const { folder, bucket } = await readJson(request)
  if (typeof folder !== 'string' || folder === '') throw new Error('the body needs a "folder"')
  return { folder, ...(typeof bucket === 'string' ? { bucket } : {}) }
}

/**
 * Reads, writes or deletes the object `?bucket=…&key=…` with the permissions of the bucket's owner. With `&download`, the
 * browser saves the object as a file.
 * @throws Error for a bucket that does not exist or an invalid key
 */
async function serveObject(
  { store, clock }: AdminServices,
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
    await putObject(store, bucket, key, request, clock())
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

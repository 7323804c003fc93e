import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { escapeXml } from '@miniprogram-cos/protocol'
import { bytesOf } from '../cos/response'
import type { CloudFiles } from './cloudFiles'

/** Path under which the CloudBase server serves files. */
export const FILES_PATH = '/storage/'

/** Signs addresses of files, for a limited time and one method. */
export class SignedUrls {
  readonly #secret = randomBytes(32)
  readonly #clock: () => number

  /** @param clock Unix milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  addressOf(origin: string, path: string): string {
    return `${origin}${FILES_PATH}${path.split('/').map(encodeURIComponent).join('/')}`
  }

  /** `tempFileURL`: not percent-encoded, because the SDK encodes it. */
  get(origin: string, path: string, maxAge: number): string {
    const [expiry, signature] = this.sign('GET', path, maxAge).split(':')
    return `${origin}${FILES_PATH}${path}?sign=${signature}&t=${expiry}`
  }

  /** @param maxAge seconds. @returns `expiry:signature` */
  sign(method: 'GET' | 'PUT', path: string, maxAge: number): string {
    const expiry = Math.floor(this.#clock() / 1000) + maxAge
    return `${expiry}:${this.#signature(method, path, String(expiry))}`
  }

  isValid(method: 'GET' | 'PUT', path: string, token: string): boolean {
    const [expiry = '', signature = ''] = token.split(':')
    const expected = this.#signature(method, path, expiry)
    return (
      signature.length === expected.length &&
      timingSafeEqual(Buffer.from(signature), Buffer.from(expected)) &&
      Number(expiry) * 1000 > this.#clock()
    )
  }

  #signature(method: string, path: string, expiry: string): string {
    return createHmac('sha256', this.#secret).update(`${method}\n${path}\n${expiry}`).digest('hex')
  }
}

/**
 * Serves uploads and downloads of files at the addresses that the storage actions return.
 * @param now Unix milliseconds
 */
export async function transferFile(
  files: CloudFiles,
  urls: SignedUrls,
  request: IncomingMessage,
  response: ServerResponse,
  now: number,
): Promise<void> {
  const { method, headers } = request
  const url = new URL(request.url ?? '', 'http://localhost')
  const path = decodeURIComponent(url.pathname.slice(FILES_PATH.length))
  if (method === 'PUT') {
    if (!urls.isValid('PUT', path, headers.authorization ?? '')) {
      return refuse(response, 403, 'AccessDenied')
    }
    await files.put(path, request, now)
    response.writeHead(200)
    response.end()
    return
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'MethodNotAllowed')
  const token = `${url.searchParams.get('t')}:${url.searchParams.get('sign')}`
  if (!urls.isValid('GET', path, token)) return refuse(response, 403, 'AccessDenied')
  const opened = await files.open(path)
  if (!opened) return refuse(response, 404, 'NoSuchKey')
  const { file, content, release } = opened
  try {
    response.writeHead(200, {
      'Content-Type': file.contentType,
      'Content-Length': file.size,
      ETag: `"${file.md5}"`,
      'Last-Modified': new Date(file.lastModified).toUTCString(),
      'x-cos-hash-crc64ecma': file.crc64,
    })
    if (method === 'HEAD') response.end()
    else await pipeline(Readable.from(bytesOf(content)), response)
  } finally {
    release()
  }
}

/** Sends an error document of COS, which the SDK reads after an upload. */
function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(
    `<Error><Code>${escapeXml(code)}</Code><Message>${code}</Message><RequestId>0</RequestId><TraceId>0</TraceId></Error>`,
  )
}

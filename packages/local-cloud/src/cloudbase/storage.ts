import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, escapeXml, keyProblem } from '@miniprogram-cos/protocol'
import { bytesOf } from '../cos/response'
import { row } from '../cos/store/database'
import type { BlobRef } from '../cos/store/records'
import type { Store } from '../cos/store/store'
import { CloudBaseError, notImplemented } from './errors'

/** Maximum number of files in a call (document "getTempFileURL"). */
const MAX_FILES = 50

/** Validity of an upload address, in seconds. */
const UPLOAD_MAX_AGE = 900

/** Default validity of a download address, in seconds. */
const DOWNLOAD_MAX_AGE = 7200

type Params = Record<string, unknown>

/** The entry for one file in the response. */
interface FileAnswer {
  fileID: string
  code: 'SUCCESS' | 'STORAGE_FILE_NONEXIST' | 'INVALID_PARAM'
  tempFileURL?: string
  maxAge?: number
}

/** The storage of a CloudBase environment: the actions `storage.*`, which wx-server-sdk calls, and the files. */
export class CloudStorage {
  readonly #files: CloudFiles
  readonly #urls: SignedUrls
  readonly #clock: () => number

  /**
   * @param env id of the environment
   * @param appid APPID of the account
   * @param clock Unix milliseconds
   */
  constructor(store: Store, env: string, appid: string, clock: () => number) {
    this.#files = new CloudFiles(store, env, appid)
    this.#urls = new SignedUrls(clock)
    this.#clock = clock
  }

  /** @param origin address of this server. @throws CloudBaseError */
  async run(action: string, params: Params, origin: string): Promise<Params> {
    switch (action) {
      case 'storage.getUploadMetadata':
        return { data: this.#uploadMetadata(params.path, origin) }
      case 'storage.batchGetDownloadUrl':
        return {
          data: { download_list: this.#downloadUrls(requireList(params.file_list), origin) },
        }
      case 'storage.batchDeleteFile':
        return { data: { delete_list: await this.#delete(requireList(params.fileid_list)) } }
      default:
        throw notImplemented(`the action ${action}`)
    }
  }

  /** Serves uploads and downloads of files at the addresses that the actions return. */
  async transfer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method, headers } = request
    const url = new URL(request.url ?? '', 'http://localhost')
    const path = decodeURIComponent(url.pathname.slice(FILES_PATH.length))
    if (method === 'PUT') {
      if (!this.#urls.isValid('PUT', path, headers.authorization ?? '')) {
        return refuse(response, 403, 'AccessDenied')
      }
      await this.#files.put(path, request, this.#clock())
      response.writeHead(200)
      response.end()
      return
    }
    if (method !== 'GET' && method !== 'HEAD') return refuse(response, 405, 'MethodNotAllowed')
    const token = `${url.searchParams.get('t')}:${url.searchParams.get('sign')}`
    if (!this.#urls.isValid('GET', path, token)) return refuse(response, 403, 'AccessDenied')
    const opened = await this.#files.open(path)
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

  #uploadMetadata(path: unknown, origin: string): Params {
    const problem = typeof path === 'string' ? keyProblem(path) : 'it is missing'
    if (typeof path !== 'string' || problem) {
      throw new CloudBaseError('INVALID_PARAM', `invalid cloudPath: ${problem}`)
    }
    const fileId = this.#files.fileIdOf(path)
    return {
      url: this.#urls.addressOf(origin, path),
      token: 'local-cloud',
      authorization: this.#urls.sign('PUT', path, UPLOAD_MAX_AGE),
      fileId,
      cosFileId: Buffer.from(fileId).toString('base64url'),
    }
  }

  #downloadUrls(list: unknown[], origin: string): FileAnswer[] {
    return list.map((item) => {
      const { fileid, max_age: requested } = { ...(item as Params) }
      const fileID = String(fileid)
      const path = this.#files.pathOf(fileID)
      if (path === undefined) return { fileID, code: 'INVALID_PARAM' }
      if (!this.#files.find(path)) return { fileID, code: 'STORAGE_FILE_NONEXIST' }
      const maxAge = typeof requested === 'number' && requested > 0 ? requested : DOWNLOAD_MAX_AGE
      return { fileID, code: 'SUCCESS', tempFileURL: this.#urls.get(origin, path, maxAge), maxAge }
    })
  }

  async #delete(list: unknown[]): Promise<FileAnswer[]> {
    const answers: FileAnswer[] = []
    for (const fileID of list.map(String)) {
      const path = this.#files.pathOf(fileID)
      const isDeleted = path !== undefined && (await this.#files.delete(path))
      answers.push({ fileID, code: isDeleted ? 'SUCCESS' : 'STORAGE_FILE_NONEXIST' })
    }
    return answers
  }
}

function requireList(list: unknown): unknown[] {
  if (Array.isArray(list) && list.length > 0 && list.length <= MAX_FILES) return list
  throw new CloudBaseError('INVALID_PARAM', `fileList must have 1 to ${MAX_FILES} files`)
}

/** A stored file. */
interface FileRecord {
  path: string
  size: number
  /** MD5, lower-case hex. */
  md5: string
  /** Unsigned decimal. */
  crc64: string
  /** ISO 8601. */
  lastModified: string
  contentType: string
  blobs: BlobRef[]
}

/** A file whose content can be read until `release` is called. */
interface OpenFile {
  file: FileRecord
  content: Buffer | AsyncIterable<Uint8Array>
  release: () => void
}

/**
 * The files of a CloudBase environment (`wx.cloud` storage). CloudBase keeps them in a bucket that it
 * manages; the local COS does not show them.
 */
class CloudFiles {
  readonly #store: Store
  readonly #prefix: string

  /** @param appid APPID of the account */
  constructor(store: Store, env: string, appid: string) {
    this.#store = store
    // The bucket's name starts with the first two characters of the environment in hex.
    const hex = Buffer.from(env.slice(0, 2)).toString('hex')
    this.#prefix = `cloud://${env}.${hex}-${env}-${appid}/`
  }

  /** `cloud://environment.bucket/path` */
  fileIdOf(path: string): string {
    return this.#prefix + path
  }

  /** @returns undefined for an invalid fileID, or one of another environment */
  pathOf(fileID: string): string | undefined {
    const path = fileID.startsWith(this.#prefix) ? fileID.slice(this.#prefix.length) : ''
    return path || undefined
  }

  find(path: string): FileRecord | undefined {
    return this.#store.database.get<FileRecord>(row.file(path))
  }

  /** Creates or replaces a file. */
  async put(path: string, content: AsyncIterable<Uint8Array>, now: number): Promise<void> {
    const { id, size, md5, crc64 } = await this.#store.blobs.write(content)
    const blobs = [{ id, size }]
    const lastModified = new Date(now).toISOString()
    const contentType = contentTypeOf(path)
    const value: FileRecord = { path, size, md5, crc64, lastModified, contentType, blobs }
    await this.#locked(path, () => {
      const rows = [{ type: 'put' as const, key: row.file(path), value }]
      return this.#store.blobs.commit(rows, { committed: blobs, orphaned: this.#blobsOf(path) })
    })
  }

  /** @returns false if there is no such file */
  async delete(path: string): Promise<boolean> {
    return this.#locked(path, async () => {
      if (!this.find(path)) return false
      const rows = [{ type: 'del' as const, key: row.file(path) }]
      await this.#store.blobs.commit(rows, { orphaned: this.#blobsOf(path) })
      return true
    })
  }

  async open(path: string): Promise<OpenFile | undefined> {
    return this.#locked(path, async () => {
      const file = this.find(path)
      if (!file) return undefined
      const { blobs, size } = file
      const release = this.#store.blobs.pin(blobs)
      const content = size === 0 ? Buffer.alloc(0) : this.#store.blobs.read(blobs, 0, size - 1)
      return { file, content, release }
    })
  }

  #blobsOf(path: string): BlobRef[] {
    return this.find(path)?.blobs ?? []
  }

  #locked<T>(path: string, task: () => Promise<T>): Promise<T> {
    return this.#store.database.locks.run(`file\0${path}`, task)
  }
}

/** Path under which the CloudBase server serves files. */
export const FILES_PATH = '/storage/'

/** Signs addresses of files, for a limited time and one method. */
class SignedUrls {
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

/** Sends an error document of COS, which the SDK reads after an upload. */
function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml' })
  response.end(
    `<Error><Code>${escapeXml(code)}</Code><Message>${code}</Message><RequestId>0</RequestId><TraceId>0</TraceId></Error>`,
  )
}

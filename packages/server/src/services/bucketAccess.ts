import type { IncomingMessage, RequestOptions } from 'node:http'
import {
  asElement,
  asList,
  encodeKey,
  queryString,
  readXml,
  signRequest,
  writeXml,
} from '@miniprogram-cos/protocol'
import { FunctionError, misconfigured } from '../errors'
import type { BucketLocation } from '../policy'
import { nodeHash } from '../signature/request'
import { type Environment, LOOPBACK, readStsAccess } from '../sts'

/** An object as HEAD describes it. */
export interface ObjectHead {
  /** With its quotes. */
  etag: string
  /** Unix milliseconds, in whole seconds. */
  modified: number
  size: number
  type: string
  metadata: Record<string, string>
}

/** An object of a listing. */
export type ListedFile = Pick<ObjectHead, 'etag' | 'modified' | 'size'> & { key: string }

/** One page of a listing. */
interface ListedPage {
  files: ListedFile[]
  /** Marker of the next page, if there is one. */
  next?: string
}

/** An object to copy. */
export interface CopySource extends ObjectHead {
  key: string
  /** As HEAD answers them. */
  headers: Answer['headers']
}

/** The bucket operations that hooks and quotas use. */
export type BucketAccess = Pick<SignedBucketAccess, 'head' | 'list' | 'remove'>

/** The bucket operations that the trash uses. */
export type TrashBucket = BucketAccess & Pick<SignedBucketAccess, 'page' | 'source' | 'copy'>

type CopyOutcome = 'copied' | 'changed' | 'exists'

/** A request to the bucket. */
interface BucketRequest {
  method: 'GET' | 'HEAD' | 'DELETE' | 'PUT' | 'POST'
  /** Unencoded. @default the bucket itself */
  key?: string
  query?: Record<string, string>
  /** They are signed. */
  headers?: Record<string, string>
  body?: string
}

interface Answer {
  statusCode: number
  headers: Record<string, string | undefined>
  body: string
}

const TIMEOUT_MILLISECONDS = 10_000
const SIGNATURE_SECONDS = 300
const REMOVED = [200, 204, 404]
const CHANGED = [404, 412]
const EXISTS = 409

/** Larger objects are copied in parts, which COS does at the same time: a call of a function has only seconds. */
const PART_BYTES = 256 * 1024 * 1024
/** COS takes 10,000. */
const MAX_PARTS = 1000

/** Headers that the first request of a copy in parts repeats; a copy in one request keeps them by itself. */
const KEPT =
  /^(?:content-type|cache-control|content-disposition|content-encoding|content-language|expires|x-cos-meta-.*)$/
/** How an object is stored. Every copy takes the bucket's defaults otherwise. */
const STORED = /^x-cos-(?:storage-class|server-side-encryption(?:-cos-kms-key-id)?)$/
const ARCHIVED = /^(?:DEEP_)?ARCHIVE$/

/** Requests to the bucket that are signed with the function's own key, which its environment holds. */
export class SignedBucketAccess {
  readonly #location: BucketLocation
  readonly #environment: Environment
  readonly #partBytes: number

  constructor(location: BucketLocation, environment: Environment, partBytes = PART_BYTES) {
    this.#location = location
    this.#environment = environment
    this.#partBytes = partBytes
  }

  get #host(): string {
    return `${this.#location.bucket}.cos.${this.#location.region}.myqcloud.com`
  }

  /** @returns undefined for an object that does not exist */
  async head(key: string): Promise<ObjectHead | undefined> {
    const { statusCode, headers } = await this.send({ method: 'HEAD', key }, [200, 404])
    return statusCode === 404 ? undefined : readHead(headers)
  }

  /** @returns undefined for an object that does not exist */
  async source(key: string): Promise<CopySource | undefined> {
    const { statusCode, headers } = await this.send({ method: 'HEAD', key }, [200, 404])
    return statusCode === 404 ? undefined : { ...readHead(headers), key, headers }
  }

  /** All objects below a prefix, in the order of their keys. */
  async *list(prefix: string): AsyncIterable<ListedFile> {
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const { files, next } = await this.page(prefix, marker, 1000)
      yield* files
      marker = next
    }
  }

  /** Objects below a prefix, after a marker. */
  async page(prefix: string, marker: string, limit: number): Promise<ListedPage> {
    // COS encodes the keys of a whole page where one has a character that XML has not.
    const query = { prefix, marker, 'max-keys': String(limit), 'encoding-type': 'url' }
    const { body } = await this.send({ method: 'GET', query }, [200])
    const { Contents, IsTruncated, NextMarker, EncodingType } = asElement(
      readXml(body).ListBucketResult,
    )
    const decode = EncodingType === 'url' ? decodeURIComponent : String
    const files = asList<Record<string, string>>(Contents).map(
      ({ Key = '', ETag = '', LastModified, Size }) => ({
        key: decode(Key),
        etag: ETag,
        modified: wholeSecondMs(LastModified),
        size: Number(Size),
      }),
    )
    const next = NextMarker ? decode(String(NextMarker)) : (files[files.length - 1]?.key ?? '')
    return IsTruncated === 'true' ? { files, next } : { files }
  }

  async remove(key: string): Promise<void> {
    await this.send({ method: 'DELETE', key }, REMOVED)
  }

  /**
   * Copies an object with its content type, headers and metadata, and checks the copy.
   * @returns `changed` where the source is not there or is another object, `exists` where the target is there: nothing
   * is copied
   */
  async copy({ key, etag, size, headers }: CopySource, to: string): Promise<CopyOutcome> {
    if (ARCHIVED.test(headers['x-cos-storage-class'] ?? '')) {
      const message = 'an archived object cannot be moved: COS does not copy it'
      throw new FunctionError('KitTrashRefused', message)
    }
    const source = {
      'x-cos-copy-source': `${this.#host}/${encodeKey(key)}`,
      'x-cos-copy-source-If-Match': etag,
    }
    const headersLike = (pattern: RegExp): Record<string, string> =>
      Object.fromEntries(
        Object.entries(headers).flatMap(([name, value]) =>
          pattern.test(name) && value !== undefined ? [[name, value]] : [],
        ),
      )
    const stored = { 'x-cos-forbid-overwrite': 'true', ...headersLike(STORED) }
    const outcome =
      size > this.#partBytes
        ? await this.#copyInParts(source, to, size, { ...headersLike(KEPT), ...stored })
        : await this.#copyAtOnce(to, { ...source, ...stored })
    if (outcome === 'copied') await this.#check(to, size, headers['x-cos-hash-crc64ecma'])
    return outcome
  }

  async #copyAtOnce(to: string, headers: Record<string, string>): Promise<CopyOutcome> {
    const expected = [200, EXISTS, ...CHANGED]
    const { statusCode, body } = await this.send({ method: 'PUT', key: to, headers }, expected)
    if (statusCode === EXISTS) return 'exists'
    if (CHANGED.includes(statusCode)) return 'changed'
    readResult(body, 'CopyObjectResult')
    return 'copied'
  }

  async #copyInParts(
    source: Record<string, string>,
    key: string,
    size: number,
    headers: Record<string, string>,
  ): Promise<CopyOutcome> {
    const begin: BucketRequest = { method: 'POST', key, query: { uploads: '' }, headers }
    const begun = await this.send(begin, [200, EXISTS])
    if (begun.statusCode === EXISTS) return 'exists'
    const { UploadId: uploadId = '' } = readResult(begun.body, 'InitiateMultipartUploadResult')
    try {
      const outcome = await this.#copyParts(source, key, size, uploadId)
      if (outcome !== 'copied') await this.#abort(key, uploadId)
      return outcome
    } catch (error) {
      await this.#abort(key, uploadId).catch(() => undefined)
      throw error
    }
  }

  /** Copies the parts of a multipart upload that has begun, and completes it if all were copied. */
  async #copyParts(
    source: Record<string, string>,
    key: string,
    size: number,
    uploadId: string,
  ): Promise<CopyOutcome> {
    const length = Math.max(this.#partBytes, Math.ceil(size / MAX_PARTS))
    const starts = Array.from({ length: Math.ceil(size / length) }, (_, i) => i * length)
    const answers = await Promise.all(
      starts.map((start, i) => {
        const range = `bytes=${start}-${Math.min(start + length, size) - 1}`
        const query = { partNumber: String(i + 1), uploadId }
        const headers = { ...source, 'x-cos-copy-source-range': range }
        return this.send({ method: 'PUT', key, query, headers }, [200, ...CHANGED])
      }),
    )
    if (answers.some(({ statusCode }) => statusCode !== 200)) return 'changed'
    const Part = answers.map(({ body }, i) => {
      const { ETag } = readResult(body, 'CopyPartResult')
      return { PartNumber: i + 1, ETag }
    })
    const body = writeXml({ CompleteMultipartUpload: { Part } })
    const headers = { 'x-cos-forbid-overwrite': 'true', 'content-type': 'application/xml' }
    const complete: BucketRequest = { method: 'POST', key, query: { uploadId }, headers, body }
    const done = await this.send(complete, [200, EXISTS])
    if (done.statusCode === EXISTS) return 'exists'
    readResult(done.body, 'CompleteMultipartUploadResult')
    return 'copied'
  }

  async #abort(key: string, uploadId: string): Promise<void> {
    await this.send({ method: 'DELETE', key, query: { uploadId } }, REMOVED)
  }

  /** COS computes the CRC-64 of the whole content, however it was written; of old objects there is none. */
  async #check(key: string, size: number, crc64: string | undefined): Promise<void> {
    const { headers } = await this.send({ method: 'HEAD', key }, [200])
    const { 'content-length': length, 'x-cos-hash-crc64ecma': copied } = headers
    const isSame = Number(length) === size && (crc64 === undefined || copied === crc64)
    if (!isSame) throw new FunctionError('KitInternal', 'the copy differs', { retryable: true })
  }

  /**
   * Sends one signed request.
   * @param expected statuses; any other is an error
   * @throws FunctionError `KitMisconfigured`, `KitInternal`
   */
  async send(
    { method, key = '', query = {}, headers = {}, body }: BucketRequest,
    expected: number[],
  ): Promise<Answer> {
    const host = this.#host
    const access = readStsAccess(this.#location.region, this.#environment)
    const { SecretId, SecretKey, token } = access
    const now = Math.floor(Date.now() / 1000)
    const { authorization } = signRequest(
      { method, pathname: `/${key}`, query, headers: { ...headers, host } },
      { SecretId, SecretKey, keyTime: `${now - 60};${now + SIGNATURE_SECONDS}` },
      nodeHash,
    )
    const search = queryString(query)
    const path = `/${encodeKey(key)}${search ? `?${search}` : ''}`
    const signed = {
      ...headers,
      Host: host,
      Authorization: authorization,
      ...(token ? { 'x-cos-security-token': token } : {}),
    }
    const options = { method, path, headers: signed }
    const answer = await sendOnce(options, host, this.#environment.COS_ENDPOINT, body)
    if (expected.includes(answer.statusCode)) return answer
    throw bucketError(method, answer)
  }
}

/** An object by the headers of its HEAD. */
function readHead(headers: Answer['headers']): ObjectHead {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-cos-meta-') ? [[name.slice('x-cos-meta-'.length), String(value)]] : [],
  )
  return {
    etag: headers.etag ?? '',
    modified: wholeSecondMs(headers['last-modified']),
    size: Number(headers['content-length'] ?? 0),
    type: headers['content-type'] ?? '',
    metadata: Object.fromEntries(metadata),
  }
}

const wholeSecondMs = (date = '') => Math.floor(Date.parse(date) / 1000) * 1000

/** COS may answer a copy with 200 and an error document. @throws FunctionError `KitInternal` */
function readResult(body: string, root: string): Record<string, string> {
  const { [root]: result } = readXml(body)
  if (result === undefined) {
    throw new FunctionError('KitInternal', `COS returned no ${root}`, { retryable: true })
  }
  const fields = Object.entries(asElement(result))
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]))
}

/**
 * @param localEndpoint `http://127.0.0.1:…` of a local cloud: only the socket connects there. @default the real COS
 * @throws FunctionError `KitInternal` when COS cannot be reached
 */
async function sendOnce(
  options: RequestOptions,
  host: string,
  localEndpoint: string | undefined,
  body: string | undefined,
): Promise<Answer> {
  const local = localEndpoint ? LOOPBACK.exec(localEndpoint) : undefined
  if (local === null) throw misconfigured('COS_ENDPOINT may only name a loopback address')
  // Loaded on demand: most calls of a function send nothing to COS.
  const { request } = local ? await import('node:http') : await import('node:https')
  const address = local ? { host: local[1]?.replace(/[[\]]/g, ''), port: local[2] } : { host }
  return new Promise((resolve, reject) => {
    const fail = () =>
      reject(new FunctionError('KitInternal', 'COS cannot be reached', { retryable: true }))
    const sent = request(
      { ...options, ...address, timeout: TIMEOUT_MILLISECONDS },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () => {
          const headers = Object.entries(response.headers)
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
            body: Buffer.concat(chunks).toString('utf8'),
          })
        })
      },
    )
    sent.on('timeout', () => sent.destroy())
    sent.on('error', fail)
    sent.end(body)
  })
}

function bucketError(method: string, { statusCode, body, headers }: Answer): FunctionError {
  const [, code = String(statusCode)] = /<Code>(\w+)<\/Code>/.exec(body) ?? []
  const id = headers['x-cos-request-id'] ?? ''
  if (statusCode !== 403) {
    const retryable = statusCode >= 500
    return new FunctionError('KitInternal', `COS refused ${method}: ${code} ${id}`, { retryable })
  }
  return misconfigured(
    `the function's own key may not ${method} objects of the bucket (${code} ${id}): hooks, quotas and the trash need the policy that \`npm run policy\` prints`,
  )
}

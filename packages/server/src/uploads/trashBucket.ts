import { asElement, encodeKey, readXml, writeXml } from '@miniprogram-cos/protocol'
import { FunctionError } from '../errors'
import type { BucketLocation } from '../policy/compile'
import type { Environment } from '../sts'
import {
  type BucketAccess,
  headOf,
  type ListedPage,
  type ObjectHead,
  SignedBucketAccess,
} from './bucketAccess'

/** An object to copy. */
export interface CopySource extends ObjectHead {
  key: string
  /** As HEAD answers them. */
  headers: Record<string, string | undefined>
}

/** The bucket operations that the trash uses. */
export interface TrashBucket extends BucketAccess {
  page(prefix: string, marker: string, limit: number): Promise<ListedPage>
  /** @returns undefined for an object that does not exist */
  source(key: string): Promise<CopySource | undefined>
  /**
   * Copies an object with its content type, headers and metadata, and checks the copy.
   * @returns `changed` where the source is not there or is another object, `exists` where the target is there: nothing
   * is copied
   */
  copy(source: CopySource, to: string): Promise<'copied' | 'changed' | 'exists'>
}

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
const CHANGED = [404, 412]
const EXISTS = 409

/** The trash's requests to COS, signed with the function's own key. */
export class SignedTrashBucket extends SignedBucketAccess implements TrashBucket {
  readonly #location: BucketLocation
  readonly #partBytes: number

  constructor(location: BucketLocation, environment: Environment, partBytes = PART_BYTES) {
    super(location, environment)
    this.#location = location
    this.#partBytes = partBytes
  }

  async source(key: string): Promise<CopySource | undefined> {
    const { statusCode, headers } = await this.send({ method: 'HEAD', key }, [200, 404])
    return statusCode === 404 ? undefined : { ...headOf(headers), key, headers }
  }

  async copy({ key, etag, size, headers }: CopySource, to: string) {
    if (ARCHIVED.test(headers['x-cos-storage-class'] ?? '')) {
      const message = 'an archived object cannot be moved: COS does not copy it'
      throw new FunctionError('KitTrashRefused', message)
    }
    const { bucket, region } = this.#location
    const source = {
      'x-cos-copy-source': `${bucket}.cos.${region}.myqcloud.com/${encodeKey(key)}`,
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

  async #copyAtOnce(to: string, headers: Record<string, string>) {
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
  ) {
    const begun = await this.send({ method: 'POST', key, query: { uploads: '' }, headers }, [
      200,
      EXISTS,
    ])
    if (begun.statusCode === EXISTS) return 'exists'
    const { UploadId: uploadId = '' } = readResult(begun.body, 'InitiateMultipartUploadResult')
    const length = Math.max(this.#partBytes, Math.ceil(size / MAX_PARTS))
    const starts = Array.from({ length: Math.ceil(size / length) }, (_, i) => i * length)
    try {
      const answers = await Promise.all(
        starts.map((start, i) => {
          const range = `bytes=${start}-${Math.min(start + length, size) - 1}`
          const query = { partNumber: String(i + 1), uploadId }
          const part = { ...source, 'x-cos-copy-source-range': range }
          return this.send({ method: 'PUT', key, query, headers: part }, [200, ...CHANGED])
        }),
      )
      if (answers.some(({ statusCode }) => statusCode !== 200)) {
        await this.#abort(key, uploadId)
        return 'changed'
      }
      const Part = answers.map(({ body }, i) => {
        const { ETag } = readResult(body, 'CopyPartResult')
        return { PartNumber: i + 1, ETag }
      })
      const document = writeXml({ CompleteMultipartUpload: { Part } })
      const done = await this.send(
        {
          method: 'POST',
          key,
          query: { uploadId },
          headers: { 'x-cos-forbid-overwrite': 'true', 'content-type': 'application/xml' },
          body: document,
        },
        [200, EXISTS],
      )
      if (done.statusCode === 200) {
        readResult(done.body, 'CompleteMultipartUploadResult')
        return 'copied'
      }
    } catch (error) {
      await this.#abort(key, uploadId).catch(() => undefined)
      throw error
    }
    await this.#abort(key, uploadId)
    return 'exists'
  }

  async #abort(key: string, uploadId: string): Promise<void> {
    await this.send({ method: 'DELETE', key, query: { uploadId } }, [200, 204, 404])
  }

  /** COS computes the CRC-64 of the whole content, however it was written; of old objects there is none. */
  async #check(key: string, size: number, crc64: string | undefined): Promise<void> {
    const { headers } = await this.send({ method: 'HEAD', key }, [200])
    const { 'content-length': length, 'x-cos-hash-crc64ecma': copied } = headers
    const isSame = Number(length) === size && (crc64 === undefined || copied === crc64)
    if (!isSame) throw new FunctionError('KitInternal', 'the copy differs', { retryable: true })
  }
}

/** COS may answer a copy with 200 and an error document. @throws FunctionError `KitInternal` */
function readResult(body: string, root: string): Record<string, string> {
  const { [root]: result } = readXml(body)
  if (result === undefined) {
    throw new FunctionError('KitInternal', `COS answered without ${root}`, { retryable: true })
  }
  const fields = Object.entries(asElement(result))
  return Object.fromEntries(fields.map(([name, value]) => [name, String(value)]))
}

import type { IncomingMessage, RequestOptions } from 'node:http'
import { asList, encodeKey, queryString, readXml, signRequest } from '@miniprogram-cos/protocol'
import { FunctionError, misconfigured } from '../errors'
import type { BucketLocation } from '../policy/compile'
import { nodeHash } from '../signature/sign'
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

/** The bucket operations that hooks and quotas use. */
export interface BucketAccess {
  /** @returns undefined for an object that does not exist */
  head(key: string): Promise<ObjectHead | undefined>
  /** All objects below a prefix, in the order of their keys. */
  list(prefix: string): AsyncIterable<ListedFile>
  remove(key: string): Promise<void>
}

const TIMEOUT_MILLISECONDS = 10_000
const SIGNATURE_SECONDS = 300

/** Requests to the bucket that are signed with the function's own key, which its environment holds. */
export class SignedBucketAccess implements BucketAccess {
  readonly #location: BucketLocation
  readonly #environment: Environment

  constructor(location: BucketLocation, environment: Environment) {
    this.#location = location
    this.#environment = environment
  }

  async head(key: string): Promise<ObjectHead | undefined> {
    const { statusCode, headers } = await this.send({ method: 'HEAD', key }, [200, 404])
    return statusCode === 404 ? undefined : headOf(headers)
  }

  async *list(prefix: string): AsyncIterable<ListedFile> {
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const { files, next } = await this.page(prefix, marker, 1000)
      yield* files
      marker = next
    }
  }

  /** Objects below a prefix, after a marker; and the marker of the next page, if there is one. */
  async page(prefix: string, marker: string, limit: number): Promise<ListedPage> {
    // COS encodes the keys of a whole page where one has a character that XML has not.
    const query = { prefix, marker, 'max-keys': String(limit), 'encoding-type': 'url' }
    const { body } = await this.send({ method: 'GET', query }, [200])
    const { ListBucketResult: page }: { ListBucketResult?: object } = readXml(body)
    const { Contents, IsTruncated, NextMarker, EncodingType }: ListPage = page ?? {}
    const decode = EncodingType === 'url' ? decodeURIComponent : String
    const objects = asList<Record<string, string>>(Contents)
    const files = objects.map(({ Key = '', ETag = '', LastModified, Size }) => ({
      key: decode(Key),
      etag: ETag,
      modified: inSeconds(LastModified),
      size: Number(Size),
    }))
    const next = NextMarker ? decode(NextMarker) : (files[files.length - 1]?.key ?? '')
    return IsTruncated === 'true' ? { files, next } : { files }
  }

  async remove(key: string): Promise<void> {
    await this.send({ method: 'DELETE', key }, [200, 204, 404])
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
    const { bucket, region } = this.#location
    const host = `${bucket}.cos.${region}.myqcloud.com`
    const { SecretId, SecretKey, token } = readStsAccess(region, this.#environment)
    const now = Math.floor(Date.now() / 1000)
    const { authorization } = signRequest(
      { method, pathname: `/${key}`, query, headers: { ...headers, host } },
      { SecretId, SecretKey, keyTime: `${now - 60};${now + SIGNATURE_SECONDS}` },
      nodeHash,
    )
    const search = queryString(query)
    const answer = await sendOnce(
      {
        method,
        path: `/${encodeKey(key)}${search ? `?${search}` : ''}`,
        headers: {
          ...headers,
          Host: host,
          Authorization: authorization,
          ...(token ? { 'x-cos-security-token': token } : {}),
        },
      },
      host,
      this.#environment.COS_ENDPOINT,
      body,
    )
    if (expected.includes(answer.statusCode)) return answer
    throw bucketError(method, answer)
  }
}

/** An object by the headers of its HEAD. */
export function headOf(headers: Answer['headers']): ObjectHead {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith('x-cos-meta-') ? [[name.slice('x-cos-meta-'.length), String(value)]] : [],
  )
  return {
    etag: headers.etag ?? '',
    modified: inSeconds(headers['last-modified']),
    size: Number(headers['content-length'] ?? 0),
    type: headers['content-type'] ?? '',
    metadata: Object.fromEntries(metadata),
  }
}

interface ListPage {
  Contents?: never
  IsTruncated?: string
  NextMarker?: string
  EncodingType?: string
}

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

export interface ListedPage {
  files: ListedFile[]
  next?: string
}

interface Answer {
  statusCode: number
  headers: Record<string, string | undefined>
  body: string
}

const inSeconds = (date = '') => Math.floor(Date.parse(date) / 1000) * 1000

/**
 * @param localEndpoint `http://127.0.0.1:…` of a local cloud: only the socket connects there. @default the real COS
 * @throws FunctionError `KitStsFailed` when COS cannot be reached
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
          const headers = Object.entries(response.headers).map(([name, value]) => [
            name,
            String(value),
          ])
          resolve({
            statusCode: response.statusCode ?? 0,
            headers: Object.fromEntries(headers),
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

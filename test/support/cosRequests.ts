import { request } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import { BUCKET, HOST, REGION, ROOT_KEY, type TestCloud } from './testCloud'

// Alone: the whole SDK takes longer to load than most test files take to run.
const { getAuth }: { getAuth: typeof COS.getAuthorization } = require('cos-nodejs-sdk-v5/sdk/util')

export interface RawResponse {
  status: number
  headers: Record<string, string | undefined>
  /** The bytes as text, decoded when read: that takes longer than receiving a large object. */
  readonly body: string
  bytes: Buffer
}

export interface RawRequest {
  method?: string
  /** As sent on the wire. */
  path?: string
  headers?: Record<string, string | number>
  body?: string | Uint8Array
}

/** One HTTP request to the local COS, exactly as given, the bucket's production name in Host. */
export function send(origin: string, given: RawRequest): Promise<RawResponse> {
  const { hostname, port } = new URL(origin)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method: given.method ?? 'GET',
        path: given.path ?? '/',
        headers: { Host: HOST, ...given.headers },
        setHost: false,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const bytes = Buffer.concat(chunks)
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as RawResponse['headers'],
            get body() {
              return bytes.toString('utf8')
            },
            bytes,
          })
        })
        response.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(given.body)
  })
}

export interface Signing {
  SecretId?: string
  SecretKey?: string
  method?: string
  key?: string
  query?: Record<string, string>
  headers?: Record<string, string | number>
  /** `start;end` in Unix seconds. */
  keyTime?: string
}

/** Path and query as they go to the wire. */
export function pathOf({ key = '', query = {} }: Pick<Signing, 'key' | 'query'>): string {
  const search = Object.entries(query).map(([name, value]) =>
    [name, ...(value === '' ? [] : [value])].map(encodeURIComponent).join('='),
  )
  const path = encodeURIComponent(key).replace(/%2F/g, '/')
  return `/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`
}

/** An Authorization made by Tencent's own Node SDK: the judge of our verification. */
export function signByOfficialSdk(signing: Signing): string {
  return getAuth({
    SecretId: signing.SecretId ?? ROOT_KEY.SecretId,
    SecretKey: signing.SecretKey ?? ROOT_KEY.SecretKey,
    Method: (signing.method ?? 'GET') as 'GET',
    Key: signing.key ?? '',
    Query: signing.query ?? {},
    Headers: { Host: HOST, ...signing.headers },
    Bucket: BUCKET,
    Region: REGION,
    ...(signing.keyTime ? { KeyTime: signing.keyTime } : {}),
  } as Parameters<typeof getAuth>[0])
}

/** `code` and `message` of an error document. */
export function errorOf(response: RawResponse): { code?: string; message?: string } {
  const code = /<Code>([^<]*)<\/Code>/.exec(response.body)?.[1]
  const message = /<Message>([^<]*)<\/Message>/.exec(response.body)?.[1]
  return { ...(code ? { code } : {}), ...(message ? { message } : {}) }
}

interface SignedRequest {
  query?: Record<string, string>
  headers?: Record<string, string | number>
  body?: string | Uint8Array
  host?: string
  /** A key other than the root key. */
  key?: { SecretId: string; SecretKey: string }
  keyTime?: string
}

/** A request signed by Tencent's Node SDK with all that it carries. */
export type SendSigned = (
  method: string,
  key: string,
  request?: SignedRequest,
) => Promise<RawResponse>

/** Sends signed requests to a test cloud. */
export function signedRequests(cloud: () => TestCloud): SendSigned {
  return (
    method,
    key,
    { query = {}, headers = {}, body, host = HOST, key: pair, keyTime } = {},
  ) => {
    const sent = { Host: host, ...headers }
    const signing = {
      method,
      key,
      query,
      headers: sent,
      ...pair,
      ...(keyTime ? { keyTime } : {}),
    }
    return send(cloud().cos, {
      method,
      path: pathOf({ key, query }),
      headers: { ...sent, Authorization: signByOfficialSdk(signing) },
      ...(body === undefined ? {} : { body }),
    })
  }
}

/** The objects of a test cloud as its root key sees them. */
export function objectsOf(signed: SendSigned) {
  return {
    put: (key: string, body: string, headers = {}) => signed('PUT', key, { body, headers }),
    /** @returns the status where there is no content */
    async contentOf(key: string): Promise<string | number> {
      const { status, body } = await signed('GET', key)
      return status === 200 ? body : status
    },
    async keysBelow(prefix: string): Promise<(string | undefined)[]> {
      const { body } = await signed('GET', '', { query: { prefix } })
      return [...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)
    },
  }
}

/** A form as wx.uploadFile sends it: fields in the given order, the file last. */
export function postForm(
  cloud: TestCloud,
  fields: Record<string, string> | [name: string, value: string][],
  file = 'x',
): Promise<RawResponse> {
  const list = Array.isArray(fields) ? fields : Object.entries(fields)
  const parts = list.map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const last = `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${file}\r\n`
  return send(cloud.cos, {
    method: 'POST',
    path: '/',
    headers: { Host: HOST, 'Content-Type': 'multipart/form-data; boundary=b' },
    body: `${parts.join('')}${last}--b--\r\n`,
  })
}

import { request } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import { BUCKET, HOST, REGION, ROOT_KEY } from './testCloud'

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

/** Where a signed request goes, as long as its key needs no encoding. */
export function pathOf({ key = '', query = {} }: Signing): string {
  const search = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return `/${key}${search ? `?${search}` : ''}`
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

import { type RawResponse, send, signByOfficialSdk } from './rawRequest'
import { HOST, type TestCloud } from './testCloud'

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

/** Sends signed requests to a test cloud. Keys are percent-encoded. */
export function signedRequests(cloud: () => TestCloud): SendSigned {
  return (
    method,
    key,
    { query = {}, headers = {}, body, host = HOST, key: pair, keyTime } = {},
  ) => {
    const search = Object.entries(query).map(([name, value]) =>
      value === '' ? name : `${name}=${encodeURIComponent(value)}`,
    )
    const path = encodeURIComponent(key).replace(/%2F/g, '/')
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
      path: `/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`,
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

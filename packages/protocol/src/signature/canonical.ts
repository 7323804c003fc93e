import { encodeComponent } from '../key/encode'

export type Fields = Record<string, string | number | boolean | undefined>

export interface RequestToSign {
  /** Any case; it is signed in lower case. */
  method: string
  /** Decoded path: `/` plus the raw key. */
  pathname: string
  /** Decoded query parameters to sign; a parameter without value is `''`. */
  query?: Fields
  /** Headers to sign, exactly as they will be sent. */
  headers?: Fields
}

/** The parts of the signature that depend on the request (document 436/7778). */
export interface CanonicalRequest {
  /** HttpString: method, path, parameters and headers, each on its line. */
  httpString: string
  /** Goes into `q-header-list`. */
  headerList: string
  /** Goes into `q-url-param-list`. */
  paramList: string
}

/** Names and values of one list, encoded, sorted by encoded lower-case name. */
function canonicalFields(fields: Fields): { list: string; text: string } {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [encodeComponent(name).toLowerCase(), encodeComponent(String(value))])
    .sort(([a], [b]) => ((a as string) < (b as string) ? -1 : 1))
  return {
    list: pairs.map(([name]) => name).join(';'),
    text: pairs.map(([name, value]) => `${name}=${value}`).join('&'),
  }
}

export function canonicalRequest(request: RequestToSign): CanonicalRequest {
  const params = canonicalFields(request.query ?? {})
  const headers = canonicalFields(request.headers ?? {})
  return {
    httpString: httpStringOf(request.method, request.pathname, params.text, headers.text),
    headerList: headers.list,
    paramList: params.list,
  }
}

export function httpStringOf(
  method: string,
  pathname: string,
  params: string,
  headers: string,
): string {
  return `${method.toLowerCase()}\n${pathname}\n${params}\n${headers}\n`
}

/** Headers that COS's SDKs sign; of the others, none may change what a request means. */
const SIGNED_HEADERS = new Set([
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-md5',
  'content-type',
  'expect',
  'expires',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
  'origin',
  'range',
  'transfer-encoding',
  'pic-operations',
])

/** Whether a header belongs into the signature. */
export function isSignedHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return lower.indexOf('x-cos-') >= 0 || lower.indexOf('x-ci-') >= 0 || SIGNED_HEADERS.has(lower)
}

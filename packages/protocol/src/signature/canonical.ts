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
function canonicalFields(fields: Fields = {}): { list: string; text: string } {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [encodeComponent(name).toLowerCase(), encodeComponent(String(value))])
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return {
    list: pairs.map(([name]) => name).join(';'),
    text: pairs.map((pair) => pair.join('=')).join('&'),
  }
}

export function canonicalRequest({
  method,
  pathname,
  query,
  headers,
}: RequestToSign): CanonicalRequest {
  const params = canonicalFields(query)
  const { list, text } = canonicalFields(headers)
  return {
    httpString: httpStringOf(method, pathname, params.text, text),
    headerList: list,
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
const SIGNED_HEADERS =
  /x-cos-|x-ci-|^(cache-control|content-(disposition|encoding|length|md5|type)|expect|expires|host|if-(un)?modified-since|if-(none-)?match|origin|range|transfer-encoding|pic-operations)$/i

/** Whether a header belongs into the signature. */
export function isSignedHeader(name: string): boolean {
  return SIGNED_HEADERS.test(name)
}

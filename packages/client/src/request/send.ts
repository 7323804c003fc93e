import {
  type AbortSignalLike,
  asElement,
  asList,
  type CosResponse,
  cosError,
  deriveSignKey,
  readXml,
  signRequest,
  type XmlElement,
} from '@miniprogram-cos/protocol'
import { type Credential, isSignature, type SigningKey } from '../credentials/provider'
import { signatureHash } from '../hash'
import { pick, type ResolvedOptions } from '../options'
import { type TransferEvents, transfer, type WxResponse } from '../wx/transfer'
import { headersToSign, isSameHeader, type UnsignedRequest } from './buildRequest'
import { serverTime } from './clock'
import { hasErrorBody, isNotFromCos, requestIdOf, type SentRequest } from './errors'
import type { ClientCore } from './execute'
import { notCosError, serviceError } from './failedRequest'

/** Headers that are sent as form fields of the same name (document 436/14690). */
const FORM_FIELDS =
  'Cache-Control Content-Type Content-Disposition Content-Encoding Expires x-cos-storage-class'.split(
    ' ',
  )

/** Options of `send` that only some callers need. */
export interface SendOptions extends TransferEvents {
  /** Replaces wx.request. */
  download?: (
    options: object,
    sent: SentRequest,
    signal: AbortSignalLike | undefined,
    listeners: TransferEvents,
  ) => Promise<WxResponse>
}

/** Signs a request and sends it. @throws CosError kind `network`, `abort` */
export function send(
  { options, _events: events }: ClientCore,
  unsigned: UnsignedRequest,
  credential: Credential,
  signal: AbortSignalLike | undefined,
  { download, ...listeners }: SendOptions,
): Promise<WxResponse> {
  const { params, operation } = unsigned
  const Authorization = isSignature(credential)
    ? credential.Authorization
    : sign(unsigned, options, credential)
  // WeChat sets the length itself.
  const plain: UnsignedRequest['headers'] = pick(unsigned.headers, /^(?!Content-Length$)/)
  // Data processing has its own hosts and its own token header.
  const isProcessing = /^https?:\/\/([^/]+\.)?ci\./.test(unsigned.url)
  const tokenHeader = `x-${isProcessing ? 'ci' : 'cos'}-security-token`
  const token = pick({ [tokenHeader]: credential.SecurityToken || undefined })
  // Listeners can modify the request.
  const sent = {
    method: unsigned.method,
    url: unsigned.url,
    headers: operation.form ? plain : { ...plain, Authorization, ...credential.headers, ...token },
    body: unsigned.body,
    filePath: params.FilePath,
  }
  events.emit('before-send', sent)
  const { method, url, headers, body, filePath } = sent
  const common = {
    url,
    timeout: options.Timeout || undefined,
    // The options that WeChat documents for each function.
    ...pick(options, operation.form || download ? /^enable(Http2|Quic)$/ : /^(enable|useHi|httpD)/),
  }
  const target = { url, method }
  if (download) return download({ ...common, header: headers }, target, signal, listeners)
  if (!operation.form) {
    const { HttpDNSServiceId: httpDNSServiceId } = options
    const request = {
      ...common,
      ...(httpDNSServiceId && { enableHttpDNS: true, httpDNSServiceId }),
      method,
      header: headers,
      data: body,
      // By default WeChat would try to parse the response as JSON; COS sends XML.
      dataType: 'text',
      responseType: params.DataType || 'text',
      // A redirect must not be followed: the signature is for this host.
      redirect: 'manual',
    }
    return transfer('request', request, target, signal, listeners)
  }
  const fields: UnsignedRequest['headers'] = {
    key: unsigned.Key,
    success_action_status: 200,
    Signature: Authorization,
    'Content-Type': '',
    ...token,
    ...pick(headers, /^x-cos-meta-/i),
  }
  for (const [name, value] of Object.entries(headers)) {
    const isHeader = (other: string) => isSameHeader(other, name)
    const field = FORM_FIELDS.find(isHeader) || (isHeader('x-cos-acl') && 'acl')
    if (field) fields[field] = value
  }
  // The request itself is `multipart/form-data`; the file's type is a form field.
  const callerHeaders = pick(headers, /^(?!(content-type|cache-control)$)/i)
  const header = { ...callerHeaders, ...credential.headers, ...token }
  const upload = { ...common, header, filePath, formData: fields, name: 'file' }
  return transfer('uploadFile', upload, target, signal, listeners)
}

/** How long a signature by a fixed key is valid, in seconds. */
const SIGNATURE_SECONDS = 900

/** The validity of a signature: that of the temporary key, otherwise SIGNATURE_SECONDS from one second ago. */
function keyTimeOf({ StartTime, ExpiredTime }: SigningKey, options: ResolvedOptions): string {
  const start = Math.round(serverTime(options)) - 1
  return StartTime && ExpiredTime
    ? `${StartTime};${ExpiredTime}`
    : `${start};${start + SIGNATURE_SECONDS}`
}

/** Computes the Authorization of a request. */
export function sign(
  unsigned: UnsignedRequest,
  options: ResolvedOptions,
  key: SigningKey,
  keyTime = keyTimeOf(key, options),
): string {
  const { SecretId, SecretKey } = key
  return signRequest(
    { ...unsigned, headers: headersToSign(unsigned, options) },
    { SecretId, SecretKey, keyTime },
    signatureHash,
    signKeyOf(SecretKey, keyTime),
  ).authorization
}

let lastSecret: string | undefined
let lastSignKey = ''

/** Returns the SignKey. It is cached, because all requests with a temporary key share it: this saves half of the digests. */
export function signKeyOf(secretKey: string, keyTime: string): string {
  const secret = keyTime + secretKey
  if (lastSecret !== secret) {
    lastSecret = secret
    lastSignKey = deriveSignKey(secretKey, keyTime, signatureHash)
  }
  return lastSignKey
}

/** Parses a successful response. @throws CosError for any other */
export function parseResponse(unsigned: UnsignedRequest, response: WxResponse): object {
  const { operation, params, _location: location } = unsigned
  const { statusCode, headers, data } = response
  const is2xx = statusCode >= 200 && statusCode < 300
  if (!is2xx || (!operation._isContent && hasErrorBody(data))) {
    throw serviceError(response, unsigned)
  }
  if (isNotFromCos(response)) throw notCosError(response, unsigned)
  // The operation names the type of the element, as COS documents it.
  const xml = <Content>(root: string) => rootElement(String(data), root) as Content
  const cosResponse: CosResponse = { statusCode, headers, body: data, location, xml }
  return {
    ...(operation._parse && operation._parse(cosResponse, params)),
    statusCode,
    headers,
    ...pick({
      RequestId: requestIdOf(headers),
      VersionId: headers['x-cos-version-id'],
      DeleteMarker: headers['x-cos-delete-marker'],
    }),
  }
}

/** The content of a document's root element, or the whole document if no root is named. */
function rootElement(data: string, root: string): XmlElement {
  const [, first = ''] = /^\s*(?:<\?[^>]*>)?\s*<(\w+)/.exec(data) || []
  if (root && first !== root) {
    // From a portal or a proxy. Without this check, a list would seem empty.
    throw cosError('integrity', 'KitInvalidXml', `expected <${root}>, got <${first}>`)
  }
  const document = first ? readXml(data) : {}
  if (!root) return document
  return asElement(asList<XmlElement | string>(document[root])[0])
}

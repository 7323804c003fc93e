import { createHash, createHmac } from 'node:crypto'
import type { Sent } from './harness'

export const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  )
const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')

/** Of the headers without `x-cos-` or `x-ci-`, those that the official SDKs sign in a request. */
const SIGNED =
  /^(content-disposition|content-encoding|content-length|content-md5|expect|expires|host|if-match|if-modified-since|if-none-match|if-unmodified-since|origin|range|transfer-encoding|pic-operations)$/
const TOKEN = /^x-c(os|i)-security-token$/

const isAuthorization = (piece: string) =>
  /^q-(sign-algorithm|ak|sign-time|key-time|header-list|url-param-list|signature)=/.test(piece)
const searchOf = (url: string) => url.slice(url.indexOf('?') + 1).split('&')

/** The Authorization of a request, wherever it is. */
function authorizationOf({ via, url, header, formData }: Sent): string {
  if (via !== 'url') return String(formData?.Signature ?? header.Authorization ?? '')
  const text = searchOf(url).filter(isAuthorization).join('&')
  // In a URL the list of encoded names is encoded once more.
  return text.replace(
    /(q-url-param-list=)([^&]*)/,
    (_, name, list) => name + decodeURIComponent(list),
  )
}

function withAuthorization(sent: Sent, text: string): Sent {
  const { formData, header, url } = sent
  if (formData) return { ...sent, formData: { ...formData, Signature: text } }
  if (sent.via !== 'url') return { ...sent, header: { ...header, Authorization: text } }
  const authorization = text.replace(
    /(q-url-param-list=)([^&]*)/,
    (_, name, list) => name + encode(list).toLowerCase(),
  )
  const rest = searchOf(url).filter((piece) => !isAuthorization(piece))
  return { ...sent, url: `${url.split('?')[0]}?${[authorization, ...rest].join('&')}` }
}

function field(authorization: string, name: string): string[] {
  const text = new RegExp(`q-${name}=([^&]*)`).exec(authorization)?.[1] ?? ''
  return text.split(';').filter(Boolean)
}

export interface Signing {
  SecretKey: string
  /** Signs the host. @default as before */
  signsHost?: boolean
  /** Signs the length of the body. @default as before */
  signsLength?: boolean
  /** Signed path. @default the path of the URL */
  path?: string
  /** `start;end` @default as before */
  keyTime?: string
}

const namesSigned = (sent: Sent) => field(authorizationOf(sent), 'header-list')
export const signsHostOf = (sent: Sent): boolean => namesSigned(sent).includes('host')
/** The query parameters that are signed, as they are listed. */
export const signedParams = (sent: Sent): string[] => field(authorizationOf(sent), 'url-param-list')

/** The headers of a request that have to be signed, by their names in lower case. */
export function headersToSign(
  sent: Sent,
  { signsHost, signsLength }: Partial<Signing> = {},
): Record<string, string> {
  const headers: Record<string, string> = {}
  const wasSigned = namesSigned(sent)
  // WeChat says the length, but it is signed.
  const length = /^bytes:(\d+)/.exec(String(sent.data))?.[1]
  if (signsLength ?? wasSigned.includes('content-length'))
    headers['content-length'] = length as string
  for (const [given, value] of Object.entries(sent.header)) {
    const name = given.toLowerCase()
    const isSigned = /x-cos-|x-ci-/.test(name) || SIGNED.test(name)
    if (value !== '' && isSigned && !TOKEN.test(name)) headers[name] = String(value)
  }
  if (signsHost ?? wasSigned.includes('host')) {
    headers.host ??= /^https?:\/\/([^/?]*)/i.exec(sent.url)?.[1] ?? ''
  }
  return headers
}

/**
 * A request with the signature it must have after something of it was replaced: by the algorithm of
 * document 436/7778, over what is sent.
 */
export function resign(sent: Sent, { SecretKey, path, keyTime, ...which }: Signing): Sent {
  const before = authorizationOf(sent)
  const headers = headersToSign(sent, which)
  const pathname = /^https?:\/\/[^/?]*([^?]*)/i.exec(sent.url)?.[1] ?? ''
  const pairs = searchOf(sent.url).map((pair): [string, string] => {
    const [name = '', value = ''] = pair.split('=')
    return [name.toLowerCase(), value]
  })
  // Raw text that repeats a name is not signed: it stands behind the parameters of a URL, else before them.
  const query = new Map(sent.via === 'url' ? pairs.reverse() : pairs)
  const list = Object.keys(headers).sort()
  const lines = [
    String(sent.formData ? 'post' : sent.method).toLowerCase(),
    path ?? (decodeURIComponent(pathname) || '/'),
    field(before, 'url-param-list')
      .map((name) => `${name}=${query.get(name) ?? ''}`)
      .join('&'),
    list.map((name) => `${encode(name)}=${encode(headers[name] as string)}`).join('&'),
  ]
  const digest = createHash('sha1')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex')
  const time = keyTime ?? field(before, 'key-time').join(';')
  const signature = hmac(hmac(SecretKey, time), `sha1\n${time}\n${digest}\n`)
  return withAuthorization(
    sent,
    before
      .replace(/q-(sign|key)-time=[^&]*/g, (_, what) => `q-${what}-time=${time}`)
      .replace(/q-header-list=[^&]*/, `q-header-list=${list.join(';')}`)
      .replace(/q-signature=[^&]*/, `q-signature=${signature}`),
  )
}

import { decodeOrKeep, type ParsedAuthorization } from '@miniprogram-cos/protocol'
import { CosServiceError } from './errors'
import { wildcardMatches } from './evaluatePolicy'
import { listedTexts } from './operations/configurationChecks'
import type { CosRequest } from './request'
import type { BucketRecord } from './store/records'
import { element, elements, parseRoot, text, texts } from './xmlElements'

/** The headers and parameters that a signature covers. */
type SignedFields = Pick<ParsedAuthorization, 'headerList' | 'paramList'>

/**
 * Checks strict signature mode (document 436/53892): if the headers and parameters that a rule lists are present, they
 * must be signed. Without a rule, the signer chooses what to sign.
 * @param signed undefined for a request without a signature, to which the mode does not apply
 * @throws CosServiceError `AccessDenied`
 */
export function checkStrictSignature(
  bucket: BucketRecord,
  signed: SignedFields | undefined,
  request: CosRequest,
  action: string,
): void {
  const document = bucket.documents?.['strict-signature']
  if (!document || !signed) return
  const signedParams = signed.paramList.map((name) => decodeOrKeep(name).toLowerCase())
  for (const rule of elements(parseRoot(document, 'StrictSignatureConfiguration'), 'Rule')) {
    const actions = listedTexts(rule, 'action').map((name) => name.replace(/^(name\/)?cos:/, ''))
    if (!actions.some((pattern) => wildcardMatches(pattern, action))) continue
    const headers = listedTexts(rule, 'header')
    for (const [name, value] of Object.entries(request.headers)) {
      if (value === undefined || name === 'x-cos-security-token') continue
      if (matchesAny(headers, name) && !signed.headerList.includes(name)) {
        throw notSigned('header', name)
      }
    }
    const params = listedTexts(rule, 'param')
    for (const name of Object.keys(request.query)) {
      const lower = name.toLowerCase()
      // The parameters of the signature itself.
      if (/^q-/.test(lower) || lower === 'sign' || lower === 'x-cos-security-token') continue
      if (matchesAny(params, lower) && !signedParams.includes(lower)) throw notSigned('param', name)
    }
  }
}

function matchesAny(patterns: readonly string[], name: string): boolean {
  return patterns.some(
    (pattern) => pattern === 'all' || wildcardMatches(pattern.toLowerCase(), name),
  )
}

function notSigned(kind: 'header' | 'param', name: string): CosServiceError {
  return new CosServiceError(
    'AccessDenied',
    `Strict signature missing ${kind} that must be signed`,
    {
      Decision: `strict signature: the ${kind} ${name} is not signed`,
    },
  )
}

/**
 * Checks the hotlink protection, which applies to unsigned reads of objects (document 436/13319).
 * @throws CosServiceError `AccessDenied`
 */
export function checkReferer({ headers, method, target }: CosRequest, bucket: BucketRecord): void {
  const document = bucket.documents?.referer
  if (!document || target !== 'object' || (method !== 'GET' && method !== 'HEAD')) return
  const configuration = parseRoot(document, 'RefererConfiguration')
  if (text(configuration, 'Status') !== 'Enabled') return
  const list = element(configuration, 'DomainList')
  const domains = list ? texts(list, 'Domain') : []
  const isAllowed = headers.referer
    ? isListed(headers.referer, domains) === (text(configuration, 'RefererType') === 'White-List')
    : text(configuration, 'EmptyReferConfiguration') === 'Allow'
  if (!isAllowed) throw new CosServiceError('AccessDenied', 'You are denied by bucket referer rule')
}

/**
 * Whether a referer matches an entry: a host with an optional port or path. `*` matches any characters; `*.example.com`
 * also matches `example.com`.
 */
function isListed(referer: string, domains: readonly string[]): boolean {
  const address = referer.replace(/^https?:\/\//, '')
  const [hostAndPort = ''] = address.split(/[/?#]/)
  const host = hostAndPort.replace(/:\d+$/, '')
  return domains.some((domain) => {
    const entry = domain.replace(/^https?:\/\//, '')
    if (entry.includes('/')) return wildcardMatches(`${entry}*`, address)
    const compared = /:\d+$/.test(entry) ? hostAndPort : host
    return (
      wildcardMatches(entry, compared) || (entry.startsWith('*.') && entry.slice(2) === compared)
    )
  })
}

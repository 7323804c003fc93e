import {
  asList,
  type ParsedAuthorization,
  readXml,
  type XmlElement,
} from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'
import { wildcardMatches } from '../policy/evaluatePolicy'
import type { CosRequest } from '../request/request'
import type { BucketRecord } from '../store/records'

/**
 * Strict signature mode (document 436/53892): what a rule lists must be signed when it is present.
 * Without a rule COS checks only what the signer chose to sign.
 * @throws Fault `AccessDenied`
 */
export function checkStrictSignature(
  bucket: BucketRecord,
  /** What is signed; undefined for a request without a signature, which the mode is not about. */
  signed: Pick<ParsedAuthorization, 'headerList' | 'paramList'> | undefined,
  request: CosRequest,
  action: string,
): void {
  const document = bucket.documents?.['strict-signature']
  if (!document || !signed) return
  const configuration = readXml(document).StrictSignatureConfiguration as XmlElement | undefined
  const list = (rule: XmlElement, name: string, item: string) =>
    asList<string>((rule[name] as XmlElement | undefined)?.[item])
  for (const rule of asList<XmlElement>(configuration?.Rule)) {
    const actions = list(rule, 'actionlist', 'action')
    const applies = actions.some((one) =>
      wildcardMatches(one.replace(/^(name\/)?cos:/, ''), action),
    )
    if (!applies) continue
    const isListed = (patterns: string[], name: string) =>
      patterns.some((one) => one === 'all' || wildcardMatches(one.toLowerCase(), name))
    const headers = list(rule, 'headerlist', 'header')
    for (const name of Object.keys(request.headers)) {
      if (request.headers[name] === undefined || name === 'x-cos-security-token') continue
      if (isListed(headers, name) && !signed.headerList.includes(name)) {
        throw missing('header', name)
      }
    }
    const params = list(rule, 'paramlist', 'param')
    const signedParams = signed.paramList.map((name) => safeDecode(name).toLowerCase())
    for (const name of Object.keys(request.query)) {
      const lower = name.toLowerCase()
      if (/^q-/.test(lower) || lower === 'sign' || lower === 'x-cos-security-token') continue
      if (isListed(params, lower) && !signedParams.includes(lower)) {
        throw missing('param', name)
      }
    }
  }
}

function missing(kind: 'header' | 'param', name: string): Fault {
  return new Fault('AccessDenied', `Strict signature missing ${kind} that must be signed`, {
    Decision: `strict signature: the ${kind} ${name} is not signed`,
  })
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

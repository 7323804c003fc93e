import { asList, readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from '../answer/fault'
import { wildcardMatches } from '../policy/evaluatePolicy'
import type { CosRequest } from '../request/request'
import type { BucketRecord } from '../store/records'

/** Hotlink protection of what is read without a signature (document 436/13319). @throws Fault `AccessDenied` */
export function checkReferer({ headers, method, target }: CosRequest, bucket: BucketRecord): void {
  const document = bucket.documents?.referer
  if (!document || target !== 'object' || (method !== 'GET' && method !== 'HEAD')) return
  const rules = readXml(document).RefererConfiguration as XmlElement | undefined
  if (rules?.Status !== 'Enabled') return
  const domains = asList<string>((rules.DomainList as XmlElement | undefined)?.Domain)
  const isAllowed =
    headers.referer === undefined || headers.referer === ''
      ? rules.EmptyReferConfiguration === 'Allow'
      : isListed(headers.referer, domains) === (rules.RefererType === 'White-List')
  if (!isAllowed) throw new Fault('AccessDenied', 'You are denied by bucket referer rule')
}

/**
 * Entries are hosts, with a port or a path if need be; `*` stands for any run of characters, and
 * `*.example.com` for `example.com` too.
 */
function isListed(referer: string, domains: string[]): boolean {
  const bare = referer.replace(/^https?:\/\//, '')
  const hostAndPort = bare.split(/[/?#]/)[0] as string
  const host = hostAndPort.replace(/:\d+$/, '')
  return domains.some((domain) => {
    const entry = domain.replace(/^https?:\/\//, '')
    if (entry.includes('/')) return wildcardMatches(`${entry}*`, bare)
    const text = /:\d+$/.test(entry) ? hostAndPort : host
    return wildcardMatches(entry, text) || (entry.startsWith('*.') && entry.slice(2) === text)
  })
}

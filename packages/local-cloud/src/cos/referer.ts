import { asList, readXml, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from './fault'
import type { CosRequest } from './request'
import type { BucketRecord } from './store/records'

/** Hotlink protection (document 436/13319). @throws Fault `AccessDenied` */
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

/** Entries are hosts, or hosts with a path, `*` standing for any run of characters. */
function isListed(referer: string, domains: string[]): boolean {
  const bare = referer.replace(/^https?:\/\//, '')
  const host = bare.split(/[/?:]/)[0] as string
  return domains.some((domain) => {
    const entry = domain.replace(/^https?:\/\//, '')
    const pattern = entry.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')
    return new RegExp(`^${pattern}`).test(entry.includes('/') ? bare : `${host}`)
  })
}

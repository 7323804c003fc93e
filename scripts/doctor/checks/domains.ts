import { CloudFault } from '../../cloud/cloudFault'
import { compareLists } from '../../domains/compareLists'
import { domainLists } from '../../domains/domainLists'
import { readLists } from '../../domains/readLists'
import type { Check } from '../check'

export const domains: Check = {
  name: { en: "WeChat's domain lists", zh: '微信服务器域名' },
  async run({ config, domains: text }) {
    if (text === undefined) return 'not looked at: give them with --domains FILE (npm run domains)'
    const missing = compareLists(domainLists(config), readLists(text)).flatMap(
      ({ list, missing }) => missing.map((domain) => `${list}: ${domain}`),
    )
    if (missing.length > 0) throw new CloudFault('DomainMissing', missing.join(', '))
    return
  },
}

import { CloudFault } from '../../cloud/cloudFault'
import { checkOwnConfig } from '../../deploy/preflight'
import type { Check } from '../check'

export const configuration: Check = {
  name: { en: 'cos.config.ts and its access rules', zh: 'cos.config.ts 与访问规则' },
  async run({ config }) {
    checkOwnConfig(config)
    if (config.addresses?.includes('pathStyle')) throw new CloudFault('PathStyle')
    return `${config.bucket}, ${config.region}, ${config.env}`
  },
}

import { CloudFault } from '../../cloud/cloudFault'
import type { Check } from '../check'

export const nodeVersion: Check = {
  name: { en: 'Node', zh: 'Node 版本' },
  async run({ node }) {
    if (Number.parseInt(node, 10) < 20) throw new CloudFault('NodeTooOld', node)
    return node
  },
}

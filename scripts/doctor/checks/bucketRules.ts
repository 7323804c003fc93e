import { bucketFault } from '../../bucket/bucketFault'
import { cosOf } from '../../bucket/cosOf'
import { refererObstacle } from '../../bucket/refererObstacle'
import { cleansStaleUploads } from '../../bucket/staleUploads'
import { hasStrictSignature } from '../../bucket/strictSignature'
import { CloudFault } from '../../cloud/cloudFault'
import { deployKey } from '../../cloud/settings'
import type { Check } from '../check'

export const bucketRules: Check = {
  name: {
    en: 'strict signatures, clean-up, hotlink protection',
    zh: '严格签名、分块清理与防盗链',
  },
  async run({ settings, config }) {
    const cos = cosOf(deployKey(settings))
    const place = { Bucket: config.bucket, Region: config.region }
    try {
      const obstacle = await refererObstacle(cos, place)
      if (obstacle) throw new CloudFault('RefererBlocks', obstacle)
      if (!(await hasStrictSignature(cos, place))) throw new CloudFault('StrictSignatureOff')
      if (!(await cleansStaleUploads(cos, place))) throw new CloudFault('LifecycleMissing')
    } catch (error) {
      throw bucketFault(error, 'bucket configuration')
    }
    return
  },
}

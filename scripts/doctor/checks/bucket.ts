import { bucketFault } from '../../bucket/bucketFault'
import { cosOf } from '../../bucket/cosOf'
import { checkPrivacy } from '../../bucket/publicAccess'
import { regionOf } from '../../bucket/regionOf'
import { CloudFault } from '../../cloud/cloudFault'
import { deployKey } from '../../cloud/settings'
import type { Check } from '../check'

/** It exists, where it should, and is private. */
export const bucket: Check = {
  name: { en: 'bucket, region and privacy', zh: '存储桶、地域与私有权限' },
  async run({ settings, config }) {
    const cos = cosOf(deployKey(settings))
    const place = { Bucket: config.bucket, Region: config.region }
    try {
      await cos.headBucket(place)
    } catch (error) {
      const fault = bucketFault(error, config.bucket)
      if (fault.code !== 'BucketUnknown') throw fault
      const elsewhere = await regionOf(cos, config.bucket)
      if (elsewhere) throw new CloudFault('RegionWrong', elsewhere)
      throw fault
    }
    await checkPrivacy(cos, config)
    return `${config.bucket}, ${config.region}`
  },
}

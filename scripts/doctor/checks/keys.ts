import { CloudApi } from '../../cloud/cloudApi'
import { CloudFault } from '../../cloud/cloudFault'
import { maskId } from '../../cloud/secretText'
import { deployKey, functionKey } from '../../cloud/settings'
import { excessRights } from '../../deploy/excessRights'
import { checkDeployer, checkHolder } from '../../deploy/preflight'
import type { Check } from '../check'

export const keys: Check = {
  name: { en: 'both keys, and whose they are', zh: '两个密钥及其归属' },
  async run({ settings, config, warn }) {
    const deployer = deployKey(settings)
    const holder = functionKey(settings)
    const identity = await checkDeployer(new CloudApi(deployer, config.env))
    await checkHolder(holder, deployer, identity, config.env)
    const place = { Bucket: config.bucket, Region: config.region }
    const excess = await excessRights(holder, place, config.env)
    if (excess.length > 0) warn(new CloudFault('FunctionKeyTooPowerful', excess.join(', ')))
    return `${maskId(deployer.SecretId)}, ${maskId(holder.SecretId)}, ${identity.AccountId}`
  },
}

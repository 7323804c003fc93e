import { CloudApi } from '../../cloud/cloudApi'
import { maskId } from '../../cloud/secretText'
import { deployKey, functionKey } from '../../cloud/settings'
import { checkDeployer, checkHolder } from '../../deploy/preflight'
import type { Check } from '../check'

export const keys: Check = {
  name: { en: 'both keys, and whose they are', zh: '两个密钥及其归属' },
  async run({ settings, config }) {
    const deployer = deployKey(settings)
    const holder = functionKey(settings)
    const identity = await checkDeployer(new CloudApi(deployer, config.env))
    await checkHolder(holder, deployer, identity, config.env)
    return `${maskId(deployer.SecretId)}, ${maskId(holder.SecretId)}, ${identity.AccountId}`
  },
}

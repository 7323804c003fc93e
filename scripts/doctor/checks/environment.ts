import { CloudApi } from '../../cloud/cloudApi'
import { deployKey } from '../../cloud/settings'
import { checkEnvironment } from '../../deploy/preflight'
import type { Check } from '../check'

export const environment: Check = {
  name: { en: 'CloudBase environment', zh: '云开发环境' },
  async run({ settings, config }) {
    await checkEnvironment(new CloudApi(deployKey(settings), config.env))
    return config.env
  },
}

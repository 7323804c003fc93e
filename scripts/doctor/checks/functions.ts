import { CloudApi } from '../../cloud/cloudApi'
import { CloudFault } from '../../cloud/cloudFault'
import { deployKey } from '../../cloud/settings'
import { differences } from '../../deploy/functionPlan'
import { type WantedFunction, wantedFunctions } from '../../deploy/wanted'
import type { Check } from '../check'

/** Deployed, active, with the settings and the key they should have. */
export const functions: Check = {
  name: { en: 'cloud functions and their variables', zh: '云函数及其环境变量' },
  async run({ settings, config }) {
    const cloud = new CloudApi(deployKey(settings), config.env)
    const wanted = wantedFunctions(settings)
    for (const one of wanted) await checkOne(cloud, one)
    return wanted.map(({ name }) => name).join(', ')
  },
}

async function checkOne(cloud: CloudApi, wanted: WantedFunction): Promise<void> {
  const { name } = wanted
  const present = await cloud.functionState(name)
  if (!present) throw new CloudFault('FunctionNotDeployed', name)
  if (present.Status !== 'Active') {
    throw new CloudFault('FunctionNotActive', `${name}: ${present.Status}`)
  }
  if (present.Runtime !== wanted.Runtime) {
    throw new CloudFault('RuntimeDiffers', `${name}: ${present.Runtime}`)
  }
  for (const variable of Object.keys(wanted.variables)) {
    if (present.variables[variable] === undefined) {
      throw new CloudFault('VariableMissing', `${name}: ${variable}`)
    }
    if (present.variables[variable] !== wanted.variables[variable]) {
      throw new CloudFault('FunctionKeyDiffers', `${name}: ${variable}`)
    }
  }
  const [difference] = differences(present, wanted)
  if (difference) throw new CloudFault('FunctionDiffers', `${name}: ${difference}`)
}

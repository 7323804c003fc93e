import { FUNCTIONS } from '../../build/functions'
import { CloudApi } from '../../cloud/cloudApi'
import { deployKey } from '../../cloud/settings'
import { checkFunction } from '../../deploy/checkFunction'
import type { Check } from '../check'

export const functionCalls: Check = {
  name: {
    en: 'functions run, and refuse a caller without identity',
    zh: '云函数可运行并拒绝匿名调用',
  },
  async run({ settings, config }) {
    const cloud = new CloudApi(deployKey(settings), config.env)
    for (const name of FUNCTIONS) await checkFunction(cloud, name)
    return
  },
}

import { existsSync, readFileSync } from 'node:fs'
import { at } from '../../build/root'
import { CloudFault } from '../../cloud/cloudFault'
import type { Check } from '../check'

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'))

/** What npm has installed is what this version of the kit was tested with. */
export const tools: Check = {
  name: { en: 'installed tools', zh: '已安装的工具' },
  async run() {
    const { devDependencies } = read(at('package.json')) as {
      devDependencies: Record<string, string>
    }
    for (const [name, wanted] of Object.entries(devDependencies)) {
      if (!/^\d/.test(wanted)) continue
      const file = at('node_modules', name, 'package.json')
      const present = existsSync(file) ? read(file).version : 'missing'
      if (present !== wanted)
        throw new CloudFault('ToolsDiffer', `${name}: ${present}, not ${wanted}`)
    }
    return
  },
}

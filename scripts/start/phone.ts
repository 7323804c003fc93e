import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Simulator } from '@miniprogram-cos/simulator'
// Types only: what runs is the built file, loaded as WeChat loads it.
import type { COS } from 'miniprogram-cos'
import { config } from '../../cos.config'
import { ROOT } from '../build/root'
import { type DomainLists, domainLists } from '../domains/domainLists'

/** A simulated phone with the built client on it, signed in as one user. */
export interface Phone {
  name: string
  openid: string
  cos: COS
  simulator: Simulator
}

/** What a phone talks to: the function host, and a COS in place of the real one. */
export interface Surroundings {
  functions: string
  cos?: string
}

/** @param domains the server domains of its mini program; what `npm run domains` prints, if left out */
export async function createPhone(
  { functions, cos: localCos }: Surroundings,
  { name, openid }: { name: string; openid: string },
  folder: string,
  domains: DomainLists = domainLists(config),
): Promise<Phone> {
  const { createSimulator, loadModule } = await import('@miniprogram-cos/simulator')
  const home = join(folder, openid)
  mkdirSync(home, { recursive: true })
  const simulator = createSimulator({
    folder: home,
    openid,
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    functions,
    // The client uses production's host names; the simulated network leads them here.
    route: (host) => (host.endsWith('.myqcloud.com') ? localCos : undefined),
    domains,
  })
  simulator.wx.cloud.init()
  const Client = loadModule<typeof COS>(join(ROOT, 'packages/client/miniprogram_dist/index.js'), {
    wx: simulator.wx,
  })
  const cos = Client.cloud({ functionName: 'cos-credentials', ProgressInterval: 100 })
  return { name, openid, cos, simulator }
}

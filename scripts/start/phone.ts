import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalCloud } from '@miniprogram-cos/local-cloud'
import type { Simulator } from '@miniprogram-cos/simulator'
// Types only: what runs is the built file, loaded as WeChat loads it.
import type { COS } from 'miniprogram-cos'
import { ROOT } from '../build'
import { BUCKET_HOST } from '../localSettings'

/** A simulated phone with the built client on it, signed in as one user. */
export interface Phone {
  name: string
  openid: string
  cos: COS
  simulator: Simulator
}

export async function createPhone(
  cloud: LocalCloud,
  { name, openid }: { name: string; openid: string },
  folder: string,
): Promise<Phone> {
  const { createSimulator, loadModule } = await import('@miniprogram-cos/simulator')
  const home = join(folder, openid)
  mkdirSync(home, { recursive: true })
  const domain = `https://${BUCKET_HOST}`
  const simulator = createSimulator({
    folder: home,
    openid,
    functions: cloud.functions,
    // The client uses production's host names; the simulated network leads them here.
    route: (host) => (host.endsWith('.myqcloud.com') ? cloud.cos : undefined),
    domains: { request: [domain], uploadFile: [domain], downloadFile: [domain] },
  })
  simulator.wx.cloud.init()
  const Client = loadModule<typeof COS>(join(ROOT, 'packages/client/miniprogram_dist/index.js'), {
    wx: simulator.wx,
  })
  const cos = Client.cloud({ functionName: 'cos-credentials', ProgressInterval: 100 })
  return { name, openid, cos, simulator }
}

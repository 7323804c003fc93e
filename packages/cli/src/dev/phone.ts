import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { CosConfig } from '@miniprogram-cos/server'
import type { Simulator } from '@miniprogram-cos/simulator'
// Types only: the built file is loaded, as WeChat does.
import type { COS } from 'miniprogram-cos'
import { type DomainLists, domainLists } from '../domains/domainLists'
import { at, ownFile } from '../project'
import { limitsSize, signaturePaths } from '../rules/signaturePaths'

/** The client as copied by WeChat's npm builder. */
const CLIENT = 'node_modules/miniprogram-cos/miniprogram_dist/index.js'

/** The project's client or, if it is not installed yet, the one of this package. */
function clientFile(): string {
  const installed = at(CLIENT)
  if (existsSync(installed)) return installed
  const description = createRequire(ownFile('package.json')).resolve('miniprogram-cos/package.json')
  return join(dirname(description), 'miniprogram_dist/index.js')
}

/** A simulated phone with the built client, signed in as one user. */
export interface Phone {
  name: string
  openid: string
  cos: COS
  simulator: Simulator
}

/** Maximum size of an upload in one request (document 436/7749). */
const MAX_SIMPLE_BYTES = 5 * 1024 ** 3

/** The addresses of a phone's requests: the function host, and a COS that replaces the real one. */
export interface PhoneNetwork {
  functions: string
  cos?: string
}

/** @param domains the server domains of its mini program. @default those that `domains` prints */
export async function createPhone(
  { functions, cos: localCos }: PhoneNetwork,
  { name, openid }: { name: string; openid: string },
  folder: string,
  config: CosConfig,
  domains: DomainLists = domainLists(config),
): Promise<Phone> {
  const { createSimulator, loadModule } = await import('@miniprogram-cos/simulator')
  const storage = join(folder, openid)
  mkdirSync(storage, { recursive: true })
  const simulator = createSimulator({
    folder: storage,
    openid,
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    functions,
    // The client uses production's host names.
    route: (host) => (host.endsWith('.myqcloud.com') ? localCos : undefined),
    domains,
  })
  simulator.wx.cloud.init()
  const Client = loadModule<typeof COS>(clientFile(), {
    wx: simulator.wx,
  })
  const isByKey = signaturePaths(config).length === 0
  const cos = Client.cloud({
    mode: isByKey ? 'keys' : 'signature',
    ProgressInterval: 100,
    // A rule with a size limit accepts no uploads in parts.
    ...(limitsSize(config) ? { SliceSize: MAX_SIMPLE_BYTES } : {}),
  })
  return { name, openid, cos, simulator }
}

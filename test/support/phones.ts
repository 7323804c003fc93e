import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocalCloud } from '@miniprogram-cos/local-cloud'
import {
  createSimulator,
  loadModule,
  type Simulator,
  type SimulatorOptions,
} from '@miniprogram-cos/simulator'
import type { CloudCOSOptions, COS } from 'miniprogram-cos'
import { ROOT } from './root'
import { HOST, type TestCloud } from './testCloud'

// biome-ignore lint/suspicious/noExplicitAny: two clients, one of them without types
export type Untyped = Record<string, any>

export const CLIENT_FILE = join(ROOT, 'packages/client/miniprogram_dist/index.js')
export const OFFICIAL_FILE = join(ROOT, 'node_modules/cos-wx-sdk-v5/dist/cos-wx-sdk-v5.min.js')

const DOMAINS = [`https://${HOST}`, 'https://service.cos.myqcloud.com']

export interface TestPhone {
  simulator: Simulator
  /** The built client, loaded as on a phone. */
  Client: typeof COS
  /** A client with credentials from the cloud function. */
  cos: COS
}

/** Creates a simulated phone whose network routes the production hosts to the local cloud. */
export function createSimulatedPhone(
  cloud: LocalCloud & { folder: string },
  openid: string | undefined,
  options: Partial<SimulatorOptions> = {},
): Simulator {
  const folder = join(cloud.folder, `phone-${openid ?? 'nobody'}`)
  mkdirSync(folder, { recursive: true })
  const simulator = createSimulator({
    folder,
    ...(openid === undefined ? {} : { openid }),
    functions: cloud.functions,
    route: (host) => (host.endsWith('.myqcloud.com') ? cloud.cos : undefined),
    domains: { request: DOMAINS, uploadFile: DOMAINS, downloadFile: DOMAINS },
    ...options,
  })
  simulator.wx.cloud.init()
  return simulator
}

export interface TestPhoneOptions extends Partial<SimulatorOptions> {
  /** Milliseconds by which the phone's clock is ahead. */
  clockOffset?: number
}

export function createTestPhone(
  cloud: LocalCloud & { folder: string },
  openid: string | undefined,
  { clockOffset = 0, ...options }: TestPhoneOptions = {},
  clientOptions: CloudCOSOptions = {},
): TestPhone {
  const simulator = createSimulatedPhone(cloud, openid, options)
  const globals = clockOffset ? { Date: wrongDate(clockOffset) } : {}
  const Client = loadModule<typeof COS>(CLIENT_FILE, { wx: simulator.wx, globals })
  return { simulator, Client, cos: Client.cloud(clientOptions) }
}

/** Globals of a phone whose retry delays take a twentieth of their time. */
export const SHORT_DELAYS = {
  setTimeout: (run: () => void, milliseconds: number) => setTimeout(run, milliseconds / 20),
}

/** A clock that is wrong by an offset. */
function wrongDate(offset: number): DateConstructor {
  return class extends Date {
    static override now(): number {
      return Date.now() + offset
    }
  } as DateConstructor
}

/** Loads the unmodified official client. In this realm, because it uses `instanceof Array`. */
export function loadOfficialClient<T>(wx: unknown, globals: Record<string, unknown> = {}): T {
  const module = { exports: {} }
  const names = ['wx', 'module', 'exports', 'window', ...Object.keys(globals)]
  const run = new Function(...names, readFileSync(OFFICIAL_FILE, 'utf8'))
  run(wx, module, module.exports, undefined, ...Object.values(globals))
  return module.exports as T
}

type Method = (options: Untyped) => Untyped

/** A phone whose app can end at any moment, and whose network can stop. */
export interface KillablePhone {
  simulator: Simulator
  wx: Untyped
  /** So many calls of `wx.request` reach the network; those after them wait for ever. */
  pass: (count: number) => void
  /** Ends the app: no call that it has made reports an end, and later ones have no effect. */
  kill: () => void
}

/** The phone of a name, with the files and the storage that earlier apps on it have left. */
export function createKillablePhone(cloud: TestCloud, name: string): KillablePhone {
  const simulator = createSimulatedPhone(cloud, name)
  const own: Untyped = simulator.wx
  let isAlive = true
  let passing = Number.POSITIVE_INFINITY
  const tasks: Untyped[] = []
  const nothing: Untyped = { abort() {}, onProgressUpdate() {} }
  const killable = (method: Method) => (options: Untyped) =>
    isAlive
      ? method({
          ...options,
          success: (result: unknown) => isAlive && options.success?.(result),
          fail: (failure: unknown) => isAlive && options.fail?.(failure),
        })
      : nothing
  const transfer = (method: Method) => (options: Untyped) => {
    const task = killable(method)(options)
    tasks.push(task)
    return task
  }
  const request = transfer(own.request)
  const files = Object.fromEntries(
    Object.entries<Method>(own.getFileSystemManager()).map(([key, call]) => [key, killable(call)]),
  )
  const wx = {
    ...own,
    request: (options: Untyped) => (passing-- > 0 ? request(options) : nothing),
    downloadFile: transfer(own.downloadFile),
    setStorageSync: (key: string, data: unknown) => isAlive && own.setStorageSync(key, data),
    getFileSystemManager: () => files,
  }
  return {
    simulator,
    wx,
    pass(count) {
      passing = count
    },
    kill() {
      isAlive = false
      for (const task of tasks) task.abort()
    },
  }
}

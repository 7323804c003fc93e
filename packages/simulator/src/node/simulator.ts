import { randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type Clock, realClock } from '../clock'
import { AppState, lifecycleApi, type NetworkType } from '../wxRules/appState'
import { api, WxError } from '../wxRules/callbacks'
import {
  type DeviceProfile,
  deviceInfo,
  deviceProfile,
  type Platform,
  SDK_VERSION,
} from '../wxRules/deviceProfile'
import { USER_DATA } from '../wxRules/files'
import {
  type DomainLists,
  type DownloadOptions,
  type RequestOptions,
  Semaphore,
  TIMEOUT_MS,
  type UploadOptions,
} from '../wxRules/network'
import { createStorage, type StorageBackend } from '../wxRules/storage'
import { createCloud, type Identity } from './cloud'
import { createFileSystemManager, FileSpace } from './files'
import { imageInfo } from './imageInfo'
import { downloadFile, type PhoneNetwork, type Route, request, uploadFile } from './network'
import { Wire, type WireOptions } from './slowNetwork'

export interface SimulatorOptions {
  /** Folder for the phone's files and storage. */
  folder: string
  /** The signed-in user. */
  openid?: string
  unionid?: string
  /** @default 'wx0000000000000000' */
  appid?: string
  /** The WeChat client to imitate, with its quirks. @default 'devtools' */
  platform?: Platform
  /** Maps a host to the origin that serves it; undefined sends the request to the real host. */
  route?: Route
  /** Origin of the function host. */
  functions?: string
  /** Enforces the domain lists, as a phone outside debug mode does. @default true */
  urlCheck?: boolean
  /** The mini program's server domains. @default none */
  domains?: DomainLists
  /** Milliseconds a request may take. @default 60000 */
  timeout?: number
  /** Milliseconds in the background before requests are interrupted. @default 5000 */
  backgroundGraceMs?: number
  /** Bandwidth, latency and failure rate of the network. @default unlimited, no failures */
  wire?: WireOptions
  /** Clock for timeouts and for the network. @default the machine's */
  clock?: Clock
}

export interface Simulator {
  /** The `wx` object of the app. */
  wx: ReturnType<typeof createWx>
  hide: () => void
  show: () => void
  setNetworkType: (type: NetworkType) => void
  /** The highest number of requests that ran or waited at one time. */
  peakRequests: () => number
  /**
   * Copies a file of this machine to the phone, as if the user had just chosen it.
   * @param name its name on the phone; default: its own
   * @returns the temporary path that the app is given
   */
  chooseFile: (source: string, name?: string) => string
  /** The path on this machine of a file of the phone. */
  realPath: (path: string) => string
}

/** Calls about pictures and videos, which need a decoder: they fail with their name, and the preview has them. */
const REFUSED = ['compressImage', 'compressVideo', 'cropImage', 'getVideoInfo']

/** Creates a phone with one user and one mini program. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const state = new AppState(options.backgroundGraceMs)
  const clock = options.clock ?? realClock
  const slots = new Semaphore()
  const files = new FileSpace(options.folder)
  const device = deviceProfile(options.platform)
  const identity: Identity = {
    appid: options.appid ?? 'wx0000000000000000',
    ...(options.openid === undefined ? {} : { openid: options.openid }),
    ...(options.unionid === undefined ? {} : { unionid: options.unionid }),
  }
  const network: PhoneNetwork = {
    appid: identity.appid,
    urlCheck: options.urlCheck ?? true,
    domains: options.domains ?? { request: [], uploadFile: [], downloadFile: [] },
    timeout: options.timeout ?? TIMEOUT_MS,
    files,
    headerName: device.headerName,
    route: options.route ?? (() => undefined),
    slots,
    state,
    clock,
    wire: options.wire && new Wire(options.wire, clock),
  }
  const cloud = createCloud(options.functions, identity, clock)
  const storage = createStorage(storageFile(join(options.folder, 'storage.json')))
  return {
    wx: createWx(network, { ...storage, cloud }, device),
    hide: () => state.hide(),
    show: () => state.show(),
    setNetworkType: (type) => state.setNetworkType(type),
    peakRequests: () => slots.peak,
    chooseFile(source, name = basename(source)) {
      const path = device.temporaryPath(name, randomBytes(12).toString('hex'))
      copyFileSync(source, files.resolve(path))
      return path
    },
    realPath: (path) => files.resolve(path),
  }
}

function createWx(
  network: PhoneNetwork,
  services: ReturnType<typeof createStorage> & { cloud: ReturnType<typeof createCloud> },
  profile: DeviceProfile,
) {
  const fileSystemManager = createFileSystemManager(network.files, network.clock)
  const appBase = () => ({ SDKVersion: SDK_VERSION, language: 'zh_CN' })
  const device = () => deviceInfo(profile)
  const calls = {
    env: { USER_DATA_PATH: USER_DATA },
    request: (options: RequestOptions) => request(options, network),
    uploadFile: (options: UploadOptions) => uploadFile(options, network),
    downloadFile: (options: DownloadOptions) => downloadFile(options, network),
    getFileSystemManager: () => fileSystemManager,
    getImageInfo: api<{ src: string }>('getImageInfo', ({ src }) =>
      network.clock.during(imageInfo(network.files, src)),
    ),
    ...services,
    ...lifecycleApi(network.state),
    getAppBaseInfo: appBase,
    getDeviceInfo: device,
    getSkylineInfo: api('getSkylineInfo', () => profile.skyline),
    getSkylineInfoSync: () => profile.skyline,
    getSystemInfoSync: () => ({ ...appBase(), ...device() }),
  }
  for (const name of profile.missing) Reflect.deleteProperty(calls, name)
  const wx = {
    ...calls,
    canIUse: (schema: string) => (schema.split('.')[0] ?? '') in calls,
  }
  for (const name of REFUSED.filter((name) => !profile.missing.includes(name))) {
    const refuse = api(name, () => {
      throw new WxError(`${name}:fail not supported by the simulator`)
    })
    Object.assign(wx, { [name]: refuse })
  }
  return wx
}

/** Storage in a file that is replaced as a whole: after a crash it is either the old or the new one. */
function storageFile(file: string): StorageBackend {
  return {
    load: () => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}),
    save(data) {
      writeFileSync(`${file}.new`, JSON.stringify(data))
      renameSync(`${file}.new`, file)
    },
  }
}

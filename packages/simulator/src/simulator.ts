import { join } from 'node:path'
import { AppState, type NetworkType } from './app/lifecycle'
import { lifecycleEvents } from './app/lifecycleEvents'
import { createCloud, type Identity } from './cloud/cloud'
import { FileSpace } from './files/fileSpace'
import { createFileSystemManager } from './files/fileSystemManager'
import { type Clock, realClock } from './network/clock'
import type { DomainLists } from './network/domains'
import { type DownloadOptions, downloadFile } from './network/downloadFile'
import type { Route } from './network/exchange'
import type { NetworkOptions } from './network/network'
import { type RequestOptions, request } from './network/request'
import { Slots } from './network/slots'
import { type UploadOptions, uploadFile } from './network/uploadFile'
import { Wire, type WireOptions } from './network/wire'
import { fileShelf } from './storage/fileShelf'
import { createStorage } from './storage/storage'

export interface SimulatorOptions {
  /** Folder for the phone's files and storage. */
  folder: string
  /** Who is signed in. */
  openid?: string
  unionid?: string
  /** @default 'wx0000000000000000' */
  appid?: string
  /** Where hosts lead; undefined for a host goes to the real network. */
  route?: Route
  /** Address of the function host. */
  functions?: string
  /** Enforces the domain lists, as a phone without debugging does. @default true */
  urlCheck?: boolean
  /** The mini program's server domains. @default none */
  domains?: DomainLists
  /** Milliseconds a request may take. @default 60000 */
  timeout?: number
  /** Milliseconds in the background before requests are interrupted. @default 5000 */
  backgroundGraceMs?: number
  /** How slow the network is, and how often it fails. @default as fast as this machine, no failures */
  wire?: WireOptions
  /** The time of timeouts and of the wire. @default the machine's */
  clock?: Clock
}

export interface Simulator {
  /** What the app sees. */
  wx: ReturnType<typeof createWx>
  hide: () => void
  show: () => void
  setNetworkType: (type: NetworkType) => void
  /** The most requests that ran or waited at one time. */
  peakRequests: () => number
  /** Where a file of the phone lies on this machine. */
  realPath: (path: string) => string
}

/** The base library that is simulated. */
const SDK_VERSION = '3.8.0'

/** A phone with one user and one mini program. */
export function createSimulator(options: SimulatorOptions): Simulator {
  const state = new AppState(options.backgroundGraceMs)
  const clock = options.clock ?? realClock
  const slots = new Slots()
  const files = new FileSpace(options.folder)
  const identity: Identity = {
    appid: options.appid ?? 'wx0000000000000000',
    ...(options.openid === undefined ? {} : { openid: options.openid }),
    ...(options.unionid === undefined ? {} : { unionid: options.unionid }),
  }
  const network: NetworkOptions = {
    appid: identity.appid,
    urlCheck: options.urlCheck ?? true,
    domains: options.domains ?? { request: [], uploadFile: [], downloadFile: [] },
    timeout: options.timeout ?? 60_000,
    files,
    route: options.route ?? (() => undefined),
    slots,
    state,
    clock,
    wire: options.wire && new Wire(options.wire, clock),
  }
  const wx = createWx(network, files, identity, options)
  return {
    wx,
    hide: () => state.hide(),
    show: () => state.show(),
    setNetworkType: (type) => state.setNetworkType(type),
    peakRequests: () => slots.peak,
    realPath: (path) => files.resolve(path),
  }
}

function createWx(
  network: NetworkOptions,
  files: FileSpace,
  identity: Identity,
  options: SimulatorOptions,
) {
  const fileSystemManager = createFileSystemManager(files, network.clock)
  return {
    env: { USER_DATA_PATH: files.userDataPath },
    request: (given: RequestOptions) => request(given, network),
    uploadFile: (given: UploadOptions) => uploadFile(given, network),
    downloadFile: (given: DownloadOptions) => downloadFile(given, network),
    getFileSystemManager: () => fileSystemManager,
    ...createStorage(fileShelf(join(options.folder, 'storage.json'))),
    cloud: createCloud(options.functions, identity, network.clock),
    ...lifecycleEvents(network.state),
    canIUse: (_name: string) => true,
    getAppBaseInfo: () => ({ SDKVersion: SDK_VERSION, language: 'zh_CN' }),
    getDeviceInfo: () => ({
      platform: 'devtools',
      system: 'simulator',
      brand: 'simulator',
      model: 'Node',
    }),
    getSystemInfoSync: () => ({ SDKVersion: SDK_VERSION, platform: 'devtools', language: 'zh_CN' }),
  }
}

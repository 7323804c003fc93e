import { AppState } from '../../app/lifecycle'
import { lifecycleEvents, offEvent, onEvent } from '../../app/lifecycleEvents'
import { Slots } from '../../network/slots'
import { fileSystemManager } from '../files/fileSystemManager'
import { USER_DATA } from '../files/phoneFiles'
import { type DownloadOptions, downloadFile } from '../network/downloadFile'
import { type RequestOptions, request } from '../network/request'
import { type UploadOptions, uploadFile } from '../network/uploadFile'
import { settings } from '../settings'
import { cloud } from './cloud'
import { interaction } from './interaction'
import { media } from './media'
import { storage } from './storage'

/** The base library that is simulated. */
const SDK_VERSION = '3.8.0'

/** Foreground, background and network of this phone. */
export const state = new AppState()

/** What the app sees as `wx`, without what moves between pages: the page stack adds that. */
export function createWx() {
  const network = {
    slots: new Slots(),
    state,
    urlCheck: settings.urlCheck,
    domains: settings.domains,
  }
  const appBase = () => ({
    SDKVersion: SDK_VERSION,
    language: settings.language,
    theme: settings.theme,
    host: { env: 'preview' },
  })
  const device = () => ({
    platform: 'devtools',
    system: 'browser',
    brand: 'preview',
    model: 'browser',
  })
  const windowInfo = () => ({
    windowWidth: innerWidth,
    windowHeight: innerHeight,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    pixelRatio: devicePixelRatio,
    statusBarHeight: 20,
    safeArea: { top: 20, bottom: innerHeight },
  })
  return {
    env: { USER_DATA_PATH: USER_DATA },
    request: (given: RequestOptions) => request(given, network),
    uploadFile: (given: UploadOptions) => uploadFile(given, network),
    downloadFile: (given: DownloadOptions) => downloadFile(given, network),
    getFileSystemManager: () => fileSystemManager,
    ...storage,
    ...interaction,
    ...media,
    cloud,
    ...lifecycleEvents(state),
    onThemeChange: onEvent(state, 'theme'),
    offThemeChange: offEvent(state, 'theme'),
    canIUse: (_name: string) => true,
    nextTick: (run: () => void) => queueMicrotask(run),
    getAppBaseInfo: appBase,
    getDeviceInfo: device,
    getWindowInfo: windowInfo,
    getSystemInfoSync: () => ({ ...appBase(), ...device(), ...windowInfo() }),
    getAccountInfoSync: () => ({
      miniProgram: { appId: settings.appid, envVersion: 'develop', version: '' },
    }),
  }
}

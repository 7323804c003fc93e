import { AppState, lifecycleApi, offEvent, onEvent } from '../../appState'
import { type CallbackOptions, callBackOrPromise, WxError, type WxFailure } from '../../callbacks'
import { deviceProfile } from '../../deviceProfile'
import { Semaphore } from '../../network/limits'
import { createStorage } from '../../storage'
import { fileSystemManager, USER_DATA } from '../files'
import {
  type DownloadOptions,
  downloadFile,
  type RequestOptions,
  request,
  type UploadOptions,
  uploadFile,
} from '../network/calls'
import { settings } from '../settings'
import { interaction } from './interaction'
import { media } from './media'

/** The simulated version of the base library. */
const SDK_VERSION = '3.8.0'

/** Foreground, background and network of this phone. */
export const state = new AppState()

/** The app's `wx`, without navigation, which needs the page stack. */
export function createWx() {
  const network = {
    slots: new Semaphore(),
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
  const device = () => {
    const { platform, system, brand, model } = deviceProfile(settings.device)
    return { platform, system, brand, model }
  }
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
    request: (options: RequestOptions) => request(options, network),
    uploadFile: (options: UploadOptions) => uploadFile(options, network),
    downloadFile: (options: DownloadOptions) => downloadFile(options, network),
    getFileSystemManager: () => fileSystemManager,
    ...storage,
    ...interaction,
    ...media,
    cloud,
    ...lifecycleApi(state),
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

const STORAGE_KEY = 'storage'

/** `wx` storage in the browser's local storage. */
const storage = createStorage({
  load: () => JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}'),
  save: (data) => localStorage.setItem(STORAGE_KEY, JSON.stringify(data)),
})

interface CallFunctionOptions extends CallbackOptions {
  name: string
  data?: object
}

let isReady = false

/** `wx.cloud`: the preview's server calls the function with the identity of the phone's user. */
const cloud = {
  init(_options?: object): void {
    isReady = true
  },
  callFunction: (options: CallFunctionOptions) =>
    callBackOrPromise(options, () => callFunction(options), 'cloud.callFunction'),
}

async function callFunction({ name, data = {} }: CallFunctionOptions): Promise<object> {
  if (!isReady) {
    throw new WxError("Cloud API isn't enabled, please call wx.cloud.init first", { errCode: -1 })
  }
  const response = await fetch('/wx/cloud', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, data }),
  })
  const answer = (await response.json()) as { result: object } | { failure: WxFailure }
  if ('result' in answer) return answer
  throw new WxError(answer.failure.errMsg, answer.failure)
}

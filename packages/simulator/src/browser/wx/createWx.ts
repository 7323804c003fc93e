import { AppState, lifecycleApi, offEvent, onEvent } from '../../appState'
import { type CallbackOptions, callBackOrPromise, WxError, type WxFailure } from '../../callbacks'
import { deviceProfile } from '../../deviceProfile'
import { Semaphore } from '../../network/limits'
import type { StorageEntry } from '../../preview/protocol'
import { createStorage } from '../../storage'
import { appImage } from '../elements/canvas'
import { fileSystemManager } from '../fileSystem'
import { addressOf, USER_DATA } from '../files'
import {
  type DownloadOptions,
  downloadFile,
  type RequestOptions,
  request,
  type UploadOptions,
  uploadFile,
} from '../network/calls'
import { settings } from '../settings'
import { accountApi, Privacy } from './account'
import { deviceApi } from './device'
import { interactionApi } from './interaction'
import { mediaApi } from './media'
import { canIUse } from './missingApi'

/** Foreground, background and network of this phone. */
export const state = new AppState()

/**
 * The app's `wx`, without navigation, which needs the page stack.
 * @param isPrivacyChecked whether app.json turns the privacy checks on
 */
export function createWx(isPrivacyChecked: () => boolean): Record<string, unknown> {
  const network = {
    slots: new Semaphore(),
    state,
    urlCheck: settings.urlCheck,
    domains: settings.domains,
  }
  const privacy = new Privacy(isPrivacyChecked)
  const wx: Record<string, unknown> = {
    env: { USER_DATA_PATH: USER_DATA },
    request: (options: RequestOptions) => request(options, network),
    uploadFile: (options: UploadOptions) => uploadFile(options, network),
    downloadFile: (options: DownloadOptions) => downloadFile(options, network),
    getFileSystemManager: () => fileSystemManager,
    saveFile: fileSystemManager.saveFile,
    getFileInfo: fileSystemManager.getFileInfo,
    ...storage,
    ...interactionApi,
    ...privacy.protect({ ...mediaApi, ...deviceApi, ...accountApi }),
    ...privacy.api,
    cloud,
    ...lifecycleApi(state),
    onNetworkWeakChange: onEvent(state, 'networkWeak'),
    offNetworkWeakChange: offEvent(state, 'networkWeak'),
    onThemeChange: onEvent(state, 'theme'),
    offThemeChange: offEvent(state, 'theme'),
    onError: (listener: (message: string) => void) =>
      window.addEventListener('error', ({ message }) => listener(message)),
    offError() {},
    onUnhandledRejection: (listener: (result: { reason: unknown }) => void) =>
      window.addEventListener('unhandledrejection', ({ reason }) => listener({ reason })),
    offUnhandledRejection() {},
    onWindowResize: (listener: (result: object) => void) =>
      window.addEventListener('resize', () =>
        listener({ size: { windowWidth: innerWidth, windowHeight: innerHeight } }),
      ),
    offWindowResize() {},
    onPageNotFound() {},
    offPageNotFound() {},
    onMemoryWarning() {},
    offMemoryWarning() {},
    createInnerAudioContext: () => audioContext(),
    createOffscreenCanvas: ({
      width = 300,
      height = 150,
    }: {
      width?: number
      height?: number
    } = {}) =>
      Object.assign(document.createElement('canvas'), { width, height, createImage: appImage }),
    nextTick: (run: () => void) => queueMicrotask(run),
    canIUse: (schema: string) => canIUse(wx, schema),
  }
  for (const name of deviceProfile(settings.device).missing) delete wx[name]
  return wx
}

const STORAGE_KEY = 'storage'

/** `wx` storage in the browser's local storage. */
export const storage = createStorage({
  load: loadStored,
  save(data) {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(data))
    state.events.emit('stored')
  },
})

function loadStored(): Record<string, string> {
  return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}')
}

export function storedEntries(): StorageEntry[] {
  return Object.entries(loadStored()).map(([key, value]) => ({ key, value }))
}

interface CallFunctionOptions extends CallbackOptions {
  name: string
  data?: object
}

let isReady = false

/** The parts of `wx.cloud` other than functions; files are stored in COS. */
const REFUSED = ['uploadFile', 'downloadFile', 'getTempFileURL', 'deleteFile', 'callContainer']

/** The task of a transfer with callbacks, which has already failed. */
const REFUSED_TASK = {
  abort() {},
  onProgressUpdate() {},
  offProgressUpdate() {},
  onHeadersReceived() {},
  offHeadersReceived() {},
}

/** `wx.cloud`: the preview's server calls the function with the identity of the phone's user. */
const cloud: Record<string, unknown> & {
  callFunction(options: CallFunctionOptions): Promise<object> | undefined
} = {
  init(_options?: object): void {
    isReady = true
  },
  callFunction: (options: CallFunctionOptions) =>
    callBackOrPromise(options, () => callFunction(options), 'cloud.callFunction'),
  ...Object.fromEntries(
    REFUSED.map((name) => [
      name,
      (options: CallbackOptions = {}) =>
        callBackOrPromise(options, () => refuseCloud(name), `cloud.${name}`) ?? REFUSED_TASK,
    ]),
  ),
  database: () => refuseCloud('database'),
  /** For an environment of another account. */
  Cloud: class {
    async init(): Promise<void> {
      isReady = true
    }

    callFunction(options: CallFunctionOptions) {
      return cloud.callFunction(options)
    }
  },
}

function refuseCloud(name: string): never {
  console.warn(`wx.cloud.${name} is not in the preview`)
  throw new WxError(`cloud.${name}:fail not supported by the preview`, { errCode: -1 })
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

/** `wx.createInnerAudioContext`: the browser's player under WeChat's names. */
function audioContext(): object {
  const audio = new Audio()
  const listeners = (event: string) => (run: () => void) => audio.addEventListener(event, run)
  const context = {
    play: () => void audio.play().catch(() => {}),
    pause: () => audio.pause(),
    stop() {
      audio.pause()
      audio.currentTime = 0
    },
    seek(seconds: number) {
      audio.currentTime = seconds
    },
    destroy: () => audio.pause(),
    onPlay: listeners('play'),
    onPause: listeners('pause'),
    onStop: listeners('pause'),
    onEnded: listeners('ended'),
    onCanplay: listeners('canplay'),
    onTimeUpdate: listeners('timeupdate'),
    onError: listeners('error'),
    onWaiting: listeners('waiting'),
    onSeeked: listeners('seeked'),
    onSeeking: listeners('seeking'),
  }
  return new Proxy(context, {
    get: (target, name) => Reflect.get(target, name) ?? Reflect.get(audio, name, audio),
    set(_, name, value) {
      if (name !== 'src') return Reflect.set(audio, name, value, audio)
      void addressOf(String(value)).then((address) => {
        audio.src = address
      })
      return true
    },
  })
}

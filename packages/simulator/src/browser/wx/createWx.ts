import { AppState, lifecycleApi, offEvent, onEvent } from '../../appState'
import { deviceProfile } from '../../deviceProfile'
import { Semaphore } from '../../network'
import type { StorageEntry } from '../../preview/protocol'
import { createStorage } from '../../storage'
import { appImage } from '../elements/canvas'
import { fileSystemManager } from '../fileSystem'
import { settings } from '../settings'
import { accountApi, Privacy } from './account'
import { createCloud } from './cloud'
import { deviceApi } from './device'
import { addressOf, USER_DATA } from './files'
import { interactionApi } from './interaction'
import { mediaApi } from './media'
import { canIUse } from './missingApi'
import {
  type DownloadOptions,
  downloadFile,
  type RequestOptions,
  request,
  type UploadOptions,
  uploadFile,
} from './network'
import { router, worklet } from './worklet'

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
    cloud: createCloud(network),
    router,
    worklet,
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

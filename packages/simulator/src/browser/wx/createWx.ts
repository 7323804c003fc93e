import { realClock } from '../../clock'
import type { StorageEntry } from '../../preview/protocol'
import { AppState, lifecycleApi, offEvent, onEvent } from '../../wxRules/appState'
import { api, WxError } from '../../wxRules/callbacks'
import { deviceProfile } from '../../wxRules/deviceProfile'
import { USER_DATA } from '../../wxRules/files'
import {
  type DownloadOptions,
  type RequestOptions,
  Semaphore,
  type UploadOptions,
} from '../../wxRules/network'
import { createStorage } from '../../wxRules/storage'
import { appImage } from '../elements/canvas'
import { settings } from '../settings'
import { accountApi, Privacy } from './account'
import { API_NAMES } from './apiNames'
import { createCloud } from './cloud'
import { deviceApi } from './device'
import { fileSystemManager } from './files'
import { interactionApi } from './interaction'
import { audioContext, mediaApi } from './media'
import { downloadFile, request, uploadFile } from './network'
import { router, worklet } from './worklet'

/** Calls that succeed and do nothing. */
const WITHOUT_EFFECT = (
  'checkSession showShareMenu hideShareMenu updateShareMenu setScreenBrightness setKeepScreenOn ' +
  'vibrateShort vibrateLong preloadAssets preloadWebview preloadSkylineView preDownloadSubpackage ' +
  'setEnableDebug enableAlertBeforeUnload disableAlertBeforeUnload hideHomeButton ' +
  'setBackgroundTextStyle'
).split(' ')

/** Calls without a result that do nothing: statistics, the end of listening, events that never happen here. */
const SILENT = (
  'reportEvent reportAnalytics reportMonitor reportPerformance triggerGC offError ' +
  'offUnhandledRejection offWindowResize onPageNotFound offPageNotFound onMemoryWarning ' +
  'offMemoryWarning'
).split(' ')

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
    clock: realClock,
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
    ...Object.fromEntries(WITHOUT_EFFECT.map((name) => [name, api(name, () => {})])),
    ...Object.fromEntries(SILENT.map((name) => [name, () => {}])),
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
    onUnhandledRejection: (listener: (result: { reason: unknown }) => void) =>
      window.addEventListener('unhandledrejection', ({ reason }) => listener({ reason })),
    onWindowResize: (listener: (result: object) => void) =>
      window.addEventListener('resize', () =>
        listener({ size: { windowWidth: innerWidth, windowHeight: innerHeight } }),
      ),
    createInnerAudioContext: audioContext,
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

const documented = new Set(API_NAMES)
const reported = new Set<string>()

/** Names the side that lacks the call: the client of WeChat that the phone imitates, or the preview. */
function lacking(name: string): string {
  const { missing, platform } = deviceProfile(settings.device)
  return missing.includes(name) ? `WeChat for ${platform}` : 'the preview'
}

function report(name: string): void {
  const what = name.startsWith('plugin ') ? `the ${name}` : `wx.${name}`
  if (!reported.has(name)) console.warn(`${what} is not in ${lacking(name)}`)
  reported.add(name)
}

/**
 * Makes unsupported calls fail with their name. Calls that WeChat does not have either stay undefined, so that apps
 * can test for them.
 */
export function withMissingApi<Wx extends object>(wx: Wx): Wx {
  const missing = new Map<string, unknown>()
  return new Proxy(wx, {
    get(target, name) {
      if (name in target || typeof name !== 'string' || !documented.has(name)) {
        return Reflect.get(target, name)
      }
      if (!missing.has(name)) missing.set(name, missingCall(name))
      return missing.get(name)
    },
  })
}

/** `wx.canIUse` for a schema such as `getSystemInfo.return.theme` or `button.open-type`. */
function canIUse(wx: object, schema: string): boolean {
  const [name = ''] = schema.split('.')
  return name in wx || customElements.get(`wx-${name}`) !== undefined
}

/** `requirePlugin`: the exports of a plugin do nothing, and report this. */
export function requirePlugin(name: string): unknown {
  if (!reported.has(name)) console.warn(`the plugin ${name} is not in the preview`)
  reported.add(name)
  return inertObject(`plugin ${name}`)
}

function missingCall(name: string): unknown {
  // Listeners are never called and objects do nothing, so the app continues without them.
  if (/^(?:on|off)[A-Z]/.test(name)) return () => report(name)
  if (/^(?:create|get\w+(?:Manager|Context|System)$)/.test(name)) {
    return () => {
      report(name)
      return inertObject(`${name}()`)
    }
  }
  if (name.endsWith('Sync')) {
    return () => {
      report(name)
      return {}
    }
  }
  return api(name, () => {
    report(name)
    throw new WxError(`${name}:fail not supported by ${lacking(name)}`)
  })
}

/** An object whose methods, at any depth, report themselves and do nothing. */
function inertObject(name: string): unknown {
  // A function that may be called, constructed and extended.
  return new Proxy(function Inert() {}, {
    get(target, property) {
      if (property === 'prototype') return target.prototype
      // Not a thenable, or `await` would never end.
      if (typeof property !== 'string' || property === 'then') return undefined
      if (property === 'toString' || property === 'valueOf') return () => ''
      return inertObject(`${name}.${property}`)
    },
    apply() {
      report(name)
      return inertObject(`${name}()`)
    },
  })
}

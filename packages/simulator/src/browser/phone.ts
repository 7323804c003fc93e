import type { NetworkProfile, PhoneMessage } from '../preview/protocol'
import { PhoneBackend, watchLongPress } from './app/backend'
import { Frame } from './app/frame'
import { PageStack } from './app/pageStack'
import { attempt, reportProblems, shareConsole, showFailedApp, watchErrors } from './app/problems'
import { Registry } from './app/registry'
import { globals } from './dom'
import { defineElements } from './elements/define'
import { isFramed, network, postToShell, settings } from './settings'
import {
  createWx,
  requirePlugin,
  state,
  storage,
  storedEntries,
  withMissingApi,
} from './wx/createWx'
import { phoneFiles } from './wx/files'
import { addInstanceMethods, createNavigation } from './wx/navigation'
import { reportSent } from './wx/network'

const part = (id: string) => document.getElementById(id) as HTMLElement

let registry: Registry
const wx = createWx(() => registry.config.__usePrivacyCheck__ === true)

let stack: PageStack

/**
 * Defines the globals of the app's script, which may replace `wx` with a copy.
 * @returns runs the app's `onLaunch`, before the scripts of its pages, which may read what it has set
 */
function launch(registry: Registry): () => void {
  const frame = new Frame(registry, part('nav'), part('tabs'))
  const backend = registry.environment.associateBackend(new PhoneBackend())
  stack = new PageStack(registry, backend, part('pages'), () => frame.draw())
  frame.stack = stack
  Object.assign(wx, createNavigation(stack, frame))
  globals.getCurrentPages = () => stack.pages.map(({ instance }) => instance)
  const options = { path: firstPage(registry), query: {}, scene: 1001, referrerInfo: {} }
  globals.__launchOptions = options
  return () => {
    const { app } = registry
    attempt('App onLaunch', () => app.onLaunch?.(options))
    attempt('App onShow', () => app.onShow?.(options))
    state.events.on('show', () => {
      attempt('App onShow', () => app.onShow?.(options))
      attempt('onShow', () => stack.current?.instance.onShow?.())
    })
    state.events.on('hide', () => {
      attempt('App onHide', () => app.onHide?.())
      attempt('onHide', () => stack.current?.instance.onHide?.())
    })
    listenToShell(frame)
  }
}

const firstPage = ({ config }: Registry) =>
  new URLSearchParams(location.search).get('page') ?? config.pages[0] ?? ''

/** Shows the first page after all parts of the app are registered. */
function start(registry: Registry): void {
  const first = firstPage(registry)
  attempt(first, () => stack.reLaunch(`/${first}`))
  for (const [path, problems] of registry.problems) {
    const shown = registry.collectProblems(stack.current?.route ?? '')
    if (!shown.some((problem) => problems.includes(problem))) reportProblems(path, problems)
  }
  document.documentElement.dataset.ready = ''
}

/** What the global object of a mini program has besides timers: the language and WeChat's own functions. */
const GLOBALS = new Set(
  (
    'Array ArrayBuffer BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError Float32Array ' +
    'Float64Array Function Infinity Int16Array Int32Array Int8Array JSON Map Math NaN Number Object Promise Proxy ' +
    'RangeError ReferenceError Reflect RegExp Set String Symbol SyntaxError TypeError URIError Uint16Array ' +
    'Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet decodeURI decodeURIComponent encodeURI ' +
    'encodeURIComponent escape isFinite isNaN parseFloat parseInt undefined unescape ' +
    'console wx App Page Component Behavior getApp getCurrentPages requirePlugin'
  ).split(' '),
)

/** `global` and `globalThis` of the app, which has nothing of the browser but what an app has set. */
const appGlobal: object = new Proxy<Record<string | symbol, unknown>>(
  // The browser's timers must be called as methods of its window.
  {
    clearInterval: clearInterval.bind(window),
    clearTimeout: clearTimeout.bind(window),
    setInterval: setInterval.bind(window),
    setTimeout: setTimeout.bind(window),
  },
  {
    get: (own, name) =>
      typeof name === 'string' && !(name in own) && GLOBALS.has(name) ? globals[name] : own[name],
    has: (own, name) => name in own || (typeof name === 'string' && GLOBALS.has(name)),
    set(own, name, value) {
      own[name] = value
      // `globalThis` of a phone is the global object of its engine, so that the app may use the bare name.
      if (!(name in globals)) {
        const set = (later: unknown) => {
          own[name] = later
        }
        Object.defineProperty(globals, name, { get: () => own[name], set, configurable: true })
      }
      return true
    },
  },
)

/** The name of a value's type, which WXS reads as its `constructor`. */
function defineTypeNames(): void {
  Object.defineProperty(Object.prototype, '__wxsType', {
    get(this: unknown) {
      return Object.prototype.toString.call(this).slice('[object '.length, -1)
    },
  })
}

/** `require` of a path that is computed, which the compiler cannot resolve. */
function missingRequire() {
  const fail = (path: string) => new Error(`module '${path}' is not in the preview`)
  const load = (path: string, _done?: unknown, failed?: (error: Error) => void) => {
    if (failed) failed(fail(path))
    else throw fail(path)
  }
  return Object.assign(load, { async: (path: string) => Promise.reject(fail(path)) })
}

/** Handles messages of the page with all phones. */
function listenToShell(frame: Frame): void {
  window.addEventListener('message', ({ source, data }: MessageEvent<PhoneMessage>) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return
    if (data.type === 'network') setNetwork(data.value)
    if (data.type === 'sent') reportSent(data.id, data.bytes)
    if (data.type === 'background') toBackground(data.value)
    if (data.type === 'theme') setTheme(data.value, frame)
    if (data.type === 'watchStorage') watchStorage()
    if (data.type === 'removeStorage') removeStorage(data.key)
  })
  postToShell({ type: 'ready' })
}

/** The status bar shows the network too. */
function setNetwork(profile: NetworkProfile): void {
  network.profile = profile
  document.documentElement.dataset.network = profile
  state.setNetworkType(profile === 'weak3g' ? '3g' : profile)
  state.events.emit('networkWeak', {
    weakNet: profile === 'weak3g',
    networkType: state.networkType,
  })
}

/** Changes within this time are sent together. Milliseconds. */
const STORAGE_MS = 200

let storageTimer: number | undefined
let isWatching = false

function watchStorage(): void {
  if (!isWatching) {
    isWatching = true
    state.events.on('stored', () => {
      storageTimer ??= window.setTimeout(sendStorage, STORAGE_MS)
    })
  }
  sendStorage()
}

function sendStorage(): void {
  window.clearTimeout(storageTimer)
  storageTimer = undefined
  postToShell({ type: 'storage', entries: storedEntries(), files: phoneFiles.sizes() })
}

function removeStorage(key: string | undefined): void {
  if (key === undefined) storage.clearStorageSync()
  else storage.removeStorageSync(key)
}

/** Reloads the page when the source has changed, even a page that did not compile. */
function watchSource(): void {
  if (!isFramed) {
    new EventSource('/wx/events').addEventListener('reload', () => location.reload())
    return
  }
  // The page with all phones has one listener for all: browsers limit the connections per host.
  window.addEventListener('message', ({ source, data }: MessageEvent<PhoneMessage>) => {
    if (source === window.parent && data?.type === 'reload') location.reload()
  })
}

function toBackground(isHidden: boolean): void {
  document.documentElement.classList.toggle('in-background', isHidden)
  if (isHidden) state.hide()
  else state.show()
}

function setTheme(theme: 'light' | 'dark', frame: Frame): void {
  settings.theme = theme
  document.documentElement.dataset.theme = theme
  state.events.emit('theme', { theme })
  frame.draw()
}

document.documentElement.dataset.theme = settings.theme
document.documentElement.lang = settings.language
shareConsole()
watchErrors()
watchSource()
defineElements()
watchLongPress(part('pages'))
addInstanceMethods()
registry = new Registry(launch, start)
defineTypeNames()
Object.assign(window, {
  wx: withMissingApi(wx),
  __preview: Object.assign(registry, { fail: showFailedApp }),
  global: appGlobal,
  // `globalThis` of the app.
  __appGlobal: appGlobal,
  require: missingRequire(),
  requirePlugin,
  // Templates and WXS scripts use these instead of `new Date` and `new RegExp`.
  getDate: (...given: []) => new Date(...given),
  getRegExp: (pattern: string, flags?: string) => new RegExp(pattern, flags),
  __wxConfig: { envVersion: 'develop', accountInfo: { appId: settings.appid } },
})

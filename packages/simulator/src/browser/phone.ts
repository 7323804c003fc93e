import { listenToShell, watchSource } from './app/controls'
import { Frame } from './app/frame'
import { watchLongPress } from './app/gestures'
import { PageStack } from './app/pageStack'
import { attempt, reportProblems, showFailedApp, watchErrors } from './app/problems'
import { Registry } from './app/registry'
import { PhoneBackend } from './backend'
import { globals } from './dom'
import { defineElements } from './elements/define'
import { settings } from './settings'
import { shareConsole } from './shellLink'
import { createWx, state } from './wx/createWx'
import { requirePlugin, withMissingApi } from './wx/missingApi'
import { addInstanceMethods, createNavigation } from './wx/navigation'

const part = (id: string) => document.getElementById(id) as HTMLElement

let registry: Registry
const wx = createWx(() => registry.config.__usePrivacyCheck__ === true)

let stack: PageStack | undefined

/** Runs the app's `onLaunch` before the scripts of its pages, which may read what it has set. */
function launch(registry: Registry): void {
  const frame = new Frame(registry, part('nav'), part('tabs'))
  const backend = registry.environment.associateBackend(new PhoneBackend())
  const pages = new PageStack(registry, backend, part('pages'), () => frame.draw())
  stack = pages
  frame.stack = pages
  Object.assign(wx, createNavigation(pages, frame))
  const options = { path: firstPage(registry), query: {}, scene: 1001, referrerInfo: {} }
  globals.__launchOptions = options
  const { app } = registry
  attempt('App onLaunch', () => app.onLaunch?.(options))
  attempt('App onShow', () => app.onShow?.(options))
  state.events.on('show', () => {
    attempt('App onShow', () => app.onShow?.(options))
    attempt('onShow', () => pages.current?.instance.onShow?.())
  })
  state.events.on('hide', () => {
    attempt('App onHide', () => app.onHide?.())
    attempt('onHide', () => pages.current?.instance.onHide?.())
  })
  listenToShell(frame)
}

const firstPage = ({ config }: Registry) =>
  new URLSearchParams(location.search).get('page') ?? config.pages[0] ?? ''

/** Shows the first page after all parts of the app are registered. */
function start(registry: Registry): void {
  const first = firstPage(registry)
  attempt(first, () => stack?.reLaunch(`/${first}`))
  for (const [path, problems] of registry.problems) {
    const shown = registry.problemsOf(stack?.current?.route ?? '')
    if (!shown.some((one) => problems.includes(one))) reportProblems(path, problems)
  }
  document.documentElement.dataset.ready = ''
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
  global: {},
  getCurrentPages: () => stack?.pages.map(({ instance }) => instance) ?? [],
  require: missingRequire(),
  requirePlugin,
  // Templates and WXS scripts use these in place of `new Date` and `new RegExp`.
  getDate: (...given: []) => new Date(...given),
  getRegExp: (pattern: string, flags?: string) => new RegExp(pattern, flags),
  __wxConfig: { envVersion: 'develop', accountInfo: { appId: settings.appid } },
})

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

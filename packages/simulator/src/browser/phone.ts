import { appGlobal, defineTypeNames, missingRequire } from './app/appGlobals'
import { PhoneBackend } from './app/backend'
import { listenToShell, watchSource } from './app/controls'
import { Frame } from './app/frame'
import { watchLongPress } from './app/gestures'
import { PageStack } from './app/pageStack'
import { attempt, reportProblems, showFailedApp, watchErrors } from './app/problems'
import { Registry } from './app/registry'
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

let stack: PageStack

/**
 * Prepares everything that the script of the app may use, which may replace `wx` by a copy.
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
    const shown = registry.problemsOf(stack.current?.route ?? '')
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
  global: appGlobal,
  // `globalThis` of the app.
  __appGlobal: appGlobal,
  require: missingRequire(),
  requirePlugin,
  // Templates and WXS scripts use these in place of `new Date` and `new RegExp`.
  getDate: (...given: []) => new Date(...given),
  getRegExp: (pattern: string, flags?: string) => new RegExp(pattern, flags),
  __wxConfig: { envVersion: 'develop', accountInfo: { appId: settings.appid } },
})

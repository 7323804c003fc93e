import { listenToShell, watchSource } from './app/controls'
import { Frame } from './app/frame'
import { watchLongPress } from './app/gestures'
import { PageStack } from './app/pageStack'
import { showProblems, watchErrors } from './app/problems'
import { Registry } from './app/registry'
import { PhoneBackend } from './backend'
import { defineElements } from './elements/define'
import { settings } from './settings'
import { createWx, state } from './wx/createWx'
import { createNavigation } from './wx/navigation'

const part = (id: string) => document.getElementById(id) as HTMLElement

/** Shows the app after all its parts are registered. */
function start(registry: Registry): void {
  const frame = new Frame(registry, part('nav'), part('tabs'))
  const backend = registry.environment.associateBackend(new PhoneBackend())
  const stack = new PageStack(registry, backend, part('pages'), () => frame.draw())
  frame.stack = stack
  const globals = window as unknown as Record<string, unknown>
  Object.assign(globals.wx as object, createNavigation(stack, frame))
  globals.getCurrentPages = () => stack.pages.map(({ instance }) => instance)
  const options = { path: registry.config.pages[0], query: {}, scene: 1001 }
  registry.app.onLaunch?.(options)
  registry.app.onShow?.(options)
  state.events.on('show', () => {
    registry.app.onShow?.(options)
    stack.current?.instance.onShow?.()
  })
  state.events.on('hide', () => {
    registry.app.onHide?.()
    stack.current?.instance.onHide?.()
  })
  const first = new URLSearchParams(location.search).get('page') ?? registry.config.pages[0]
  stack.reLaunch(`/${first}`)
  listenToShell(frame)
  document.documentElement.dataset.ready = ''
}

document.documentElement.dataset.theme = settings.theme
document.documentElement.lang = settings.language
watchErrors()
watchSource()
defineElements()
watchLongPress(part('pages'))
Object.assign(window, {
  wx: createWx(),
  __preview: new Registry(start),
  __problems: showProblems,
})

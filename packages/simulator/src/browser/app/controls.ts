import type { PhoneMessage } from '../../preview/protocol'
import { isFramed, settings } from '../settings'
import { state } from '../wx/createWx'
import type { Frame } from './frame'

/** Handles messages of the page with all phones. */
export function listenToShell(frame: Frame): void {
  window.addEventListener('message', ({ source, data }: MessageEvent<PhoneMessage>) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return
    if (data.type === 'network') state.setNetworkType(data.value)
    if (data.type === 'background') toBackground(data.value)
    if (data.type === 'theme') setTheme(data.value, frame)
  })
}

/** Reloads the page when the source has changed, even a page that did not compile. */
export function watchSource(): void {
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

import type { NetworkType } from '../../app/lifecycle'
import { isFramed, settings } from '../settings'
import { state } from '../wx/createWx'
import type { Frame } from './frame'

/** What the page with two phones may ask of each. */
export type PhoneMessage =
  | { type: 'network'; value: NetworkType }
  | { type: 'background'; value: boolean }
  | { type: 'theme'; value: 'light' | 'dark' }
  | { type: 'reload' }

/** Does what is asked from outside. */
export function listenToFrame(frame: Frame): void {
  window.addEventListener('message', ({ source, data }: MessageEvent<PhoneMessage>) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return
    if (data.type === 'network') state.setNetworkType(data.value)
    if (data.type === 'background') toBackground(data.value)
    if (data.type === 'theme') setTheme(data.value, frame)
  })
}

/** Reloads when the source has changed, also a page that could not be shown. */
export function watchSource(): void {
  if (!isFramed) {
    new EventSource('/wx/events').addEventListener('reload', () => location.reload())
    return
  }
  // The page around has one listener for all phones: each connection is one less for the app.
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

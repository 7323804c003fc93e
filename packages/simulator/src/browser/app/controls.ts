import type { NetworkProfile, PhoneMessage } from '../../preview/protocol'
import { reportSent } from '../network/exchange'
import { settings } from '../settings'
import { isFramed, network, tellShell } from '../shellLink'
import { state, storage, storedEntries } from '../wx/createWx'
import { phoneFiles } from '../wx/files'
import type { Frame } from './frame'

/** Handles messages of the page with all phones. */
export function listenToShell(frame: Frame): void {
  window.addEventListener('message', ({ source, data }: MessageEvent<PhoneMessage>) => {
    if (source !== window.parent || typeof data !== 'object' || data === null) return
    if (data.type === 'network') setNetwork(data.value)
    if (data.type === 'sent') reportSent(data.id, data.bytes)
    if (data.type === 'background') toBackground(data.value)
    if (data.type === 'theme') setTheme(data.value, frame)
    if (data.type === 'watchStorage') watchStorage()
    if (data.type === 'removeStorage') removeStorage(data.key)
  })
  tellShell({ type: 'ready' })
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

/** Changes of one moment are sent together. */
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
  tellShell({ type: 'storage', entries: storedEntries(), files: phoneFiles.sizes() })
}

function removeStorage(key: string | undefined): void {
  if (key === undefined) storage.clearStorageSync()
  else storage.removeStorageSync(key)
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

import type { NetworkProfile, PhoneSettings, ShellMessage } from '../preview/protocol'
import { deviceProfile, isPlatform, type Platform } from '../wxRules/deviceProfile'

declare global {
  interface Window {
    __phone: PhoneSettings
  }
}

const query = new URLSearchParams(location.search)

/** Settings of this phone from the server; the URL may override language, theme and device. */
export const settings: PhoneSettings = {
  ...window.__phone,
  language: query.get('language') ?? window.__phone.language,
  theme: readTheme(query.get('theme')),
  device: deviceProfile(readPlatform(query.get('platform'))).platform,
}

function readTheme(value: string | null): PhoneSettings['theme'] {
  return value === 'dark' || value === 'light' ? value : window.__phone.theme
}

function readPlatform(value: string | null): Platform {
  return isPlatform(value) ? value : window.__phone.device
}
/** The language of what WeChat itself shows on this phone. */
export const isChinese = settings.language.startsWith('zh')

/** Whether the phone is shown on the page with all phones, or alone in a window. */
export const isFramed = window.parent !== window

/** The network that this phone is switched to. */
export const network: { profile: NetworkProfile } = { profile: 'wifi' }

/** Sends a message to the page with all phones; does nothing on a phone alone in a window. */
export function postToShell(message: ShellMessage): void {
  // The page has another port, which the phone does not know. It only shows what it receives.
  if (isFramed) window.parent.postMessage(message, '*')
}

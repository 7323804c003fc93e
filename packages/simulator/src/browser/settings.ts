import { deviceProfile, isPlatform, type Platform } from '../deviceProfile'
import type { PhoneSettings } from '../preview/protocol'

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
  theme: themeOf(query.get('theme')),
  device: deviceProfile(platformOf(query.get('platform'))).platform,
}

function themeOf(value: string | null): PhoneSettings['theme'] {
  return value === 'dark' || value === 'light' ? value : window.__phone.theme
}

function platformOf(value: string | null): Platform {
  return isPlatform(value) ? value : window.__phone.device
}

import type { PhoneSettings } from '../preview/protocol'

declare global {
  interface Window {
    __phone: PhoneSettings
  }
}

const query = new URLSearchParams(location.search)

/** Settings of this phone from the server; the URL may override language and theme. */
export const settings: PhoneSettings = {
  ...window.__phone,
  language: query.get('language') ?? window.__phone.language,
  theme: themeOf(query.get('theme')),
}

/** Whether the phone is shown on the page with all phones, or alone in a window. */
export const isFramed = window.parent !== window

function themeOf(value: string | null): PhoneSettings['theme'] {
  return value === 'dark' || value === 'light' ? value : window.__phone.theme
}

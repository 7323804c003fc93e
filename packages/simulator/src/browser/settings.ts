import type { PhoneSettings } from '../preview/phoneSettings'

declare global {
  interface Window {
    __phone: PhoneSettings
  }
}

const query = new URLSearchParams(location.search)

/** This phone, as the server made it; language and theme can be switched by the address. */
export const settings: PhoneSettings = {
  ...window.__phone,
  language: query.get('language') ?? window.__phone.language,
  theme: themeOf(query.get('theme')),
}

/** In the frame with two phones, or alone in a window. */
export const isFramed = window.parent !== window

function themeOf(wanted: string | null): PhoneSettings['theme'] {
  return wanted === 'dark' || wanted === 'light' ? wanted : window.__phone.theme
}

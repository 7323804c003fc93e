const LANGUAGE_KEY = 'language'

/** The language of the page; phones have their own. */
export const isChinese = (localStorage.getItem(LANGUAGE_KEY) ?? navigator.language).startsWith('zh')

/** A text in the reader's language. */
export const t = (en: string, zh: string): string => (isChinese ? zh : en)

export function switchLanguage(): void {
  localStorage.setItem(LANGUAGE_KEY, isChinese ? 'en' : 'zh')
  location.reload()
}

/** `1.5 MB`; a KB is 1024 bytes. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const units = ['KB', 'MB', 'GB']
  let value = bytes / 1024
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  return `${Math.floor(milliseconds / 60_000)} min ${Math.round((milliseconds % 60_000) / 1000)} s`
}

/** `09:41:07` of an ISO time, on this computer's clock. */
export function formatTime(time: string | number): string {
  return new Date(time).toLocaleTimeString('en-GB')
}

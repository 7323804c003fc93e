import { settings } from '../settings'

type Colours = Record<string, string>

/** theme.json: what `@name` in app.json and in page files means now. */
export class ThemeColours {
  readonly #theme: { light: Colours; dark: Colours } | undefined

  constructor(theme: { light: Colours; dark: Colours } | undefined) {
    this.#theme = theme
  }

  of(value: unknown, fallback: string): string {
    if (typeof value !== 'string') return fallback
    if (!value.startsWith('@')) return value
    return this.#theme?.[settings.theme][value.slice(1)] ?? fallback
  }
}

import { type CodeSpace, MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import type { AppConfig, Part } from '../../preview/protocol'
import { settings } from '../settings'

export interface Definition {
  config: AppConfig
  theme: { light: Record<string, string>; dark: Record<string, string> } | undefined
  styles: string[]
}

type Templates = Record<string, (name: string) => never>

/** The object passed to `App()`. */
export interface AppObject {
  onLaunch?: (options: object) => void
  onShow?: (options: object) => void
  onHide?: () => void
  [name: string]: unknown
}

/** Receives the parts of the compiled app and runs their code. */
export class Registry {
  templates: Templates = {}
  readonly parts = new Map<string, Part>()
  readonly environment = new MiniProgramEnv()
  readonly codeSpace: CodeSpace = this.environment.createCodeSpace('', true)
  readonly #onStart: (registry: Registry) => void
  #definition: Definition | undefined
  app: AppObject = {}

  constructor(onStart: (registry: Registry) => void) {
    this.#onStart = onStart
  }

  get config(): AppConfig {
    return this.#definition?.config ?? { pages: [] }
  }

  get colours(): ThemeColours {
    return new ThemeColours(this.#definition?.theme)
  }

  define(definition: Definition): void {
    this.#definition = definition
    const style = document.createElement('style')
    style.textContent = definition.styles.join('\n')
    document.head.append(style)
  }

  /** Runs app.js, which calls `App()`. */
  launch(load: () => void): void {
    const globals = window as unknown as Record<string, unknown>
    globals.App = (app: AppObject) => {
      this.app = app
    }
    globals.getApp = () => this.app
    load()
  }

  /** Runs a page's or component's file, which calls `Page()` or `Component()`. */
  part({ scope, ...part }: Part & { scope: string }, load: () => void): void {
    const { path, kind, config } = part
    this.parts.set(path, part)
    this.codeSpace.addStyleSheet(path, undefined, scope)
    this.codeSpace.addComponentStaticConfig(path, {
      ...config,
      component: kind === 'component',
    } as never)
    const content = this.templates[path]
    if (content) {
      this.codeSpace.addCompiledTemplate(path, {
        groupList: this.templates,
        content,
        // `bindtap` as well as `bind:tap`.
        fallbackListenerOnNativeNode: true,
      })
    }
    this.codeSpace.globalComponentEnv(window, path, load)
  }

  start(): void {
    this.#onStart(this)
  }
}

type Colours = Record<string, string>

/** The values of theme.json, which app.json and page configurations refer to as `@name`. */
class ThemeColours {
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

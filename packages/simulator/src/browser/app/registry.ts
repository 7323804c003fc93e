import { DeepCopyKind, Event, globalOptions } from 'glass-easel'
import { type CodeSpace, component, MiniProgramEnv } from 'glass-easel-miniprogram-adapter'
import type {
  AppConfig,
  AppDefinition,
  CompiledPart,
  Part,
  SourceProblem,
} from '../../compile/compiledApp'
import { globals } from '../dom'
import { settings } from '../settings'
import { foreignTags } from './backend'
import { ProblemError, toProblems } from './problems'
import { wxsHandler, wxsObserver } from './wxsInstances'

type Templates = Record<string, (name: string) => never>

/** The object passed to `App()`. */
export interface AppObject {
  onLaunch?: (options: object) => void
  onShow?: (options: object) => void
  onHide?: () => void
  onError?: (message: string) => void
  [name: string]: unknown
}

/** What `Component()`, `Page()` and `Behavior()` accept, as far as the preview reads it. */
interface ComponentDefinition {
  behaviors?: unknown[]
  properties?: Record<string, unknown>
  options?: { styleIsolation?: string; addGlobalClass?: boolean }
  [name: string]: unknown
}
/** The instance of a component. */
interface Instance {
  _$: { $$?: Node; triggerLifetime(name: string, args: never[]): void }
}
type Define = (definition?: ComponentDefinition) => unknown
interface Definers {
  Page: Define
  Component: Define
  Behavior: Define
}

// Style sheets may select by id.
globalOptions.writeIdToDOM = true
// A property named as one of glass-easel's own, such as `dataset`, must not replace it.
globalOptions.writeFieldsToNode = false
// Frameworks set event handlers on instances, and their names in the data.
globalOptions.useMethodCallerListeners = true
// Data may refer to itself.
globalOptions.dataDeepCopy = DeepCopyKind.SimpleWithRecursion
globalOptions.propertyPassingDeepCopy = DeepCopyKind.SimpleWithRecursion
// If an instance is put into data, its node and with it the whole page must not be copied.
Object.defineProperty(component.ComponentCaller.prototype, '_$', {
  set(this: object, value: unknown) {
    Object.defineProperty(this, '_$', { value, writable: true, configurable: true })
  },
})

/** Receives the parts of the compiled app and runs their code. */
export class Registry {
  templates: Templates = {}
  readonly parts = new Map<string, Part>()
  readonly environment = new MiniProgramEnv()
  readonly codeSpace: CodeSpace = this.environment.createCodeSpace('', true)
  readonly #onLaunch: (registry: Registry) => () => void
  readonly #onStart: (registry: Registry) => void
  readonly #problems = new Map<string, SourceProblem[]>()
  #definition: AppDefinition | undefined
  readonly #attached: Instance[] = []
  /** Those of the file that is running. */
  #definers: Definers = { Page() {}, Component() {}, Behavior() {} }
  #styles = document.createElement('style')
  app: AppObject = {}
  /** Called by compiled templates. */
  readonly wxsObserver = wxsObserver
  readonly wxsHandler = wxsHandler

  /**
   * @param onLaunch called before the script of the app, and what it returns after it
   * @param onStart called after the scripts of all pages and components
   */
  constructor(onLaunch: (registry: Registry) => () => void, onStart: (registry: Registry) => void) {
    this.#onLaunch = onLaunch
    this.#onStart = onStart
    ownEventFields()
  }

  get config(): AppConfig {
    return this.#definition?.config ?? { pages: [] }
  }

  get colours(): ThemeColours {
    return new ThemeColours(this.#definition?.theme)
  }

  /** A setting of a page: its own, or that of the app's `window`. */
  windowOption(route: string, name: string): unknown {
    return this.parts.get(route)?.config[name] ?? this.config.window?.[name]
  }

  /** The defaults of Skyline that a page has, as `flex` and `border-box`; undefined for a page of the web view. */
  skylineDefaults(route: string): string | undefined {
    const { renderer, rendererOptions }: AppConfig = {
      ...this.config,
      ...this.parts.get(route)?.config,
    }
    if (renderer !== 'skyline') return undefined
    const { defaultDisplayBlock, defaultContentBox } = rendererOptions?.skyline ?? {}
    return [defaultDisplayBlock ? '' : 'flex', defaultContentBox ? '' : 'border-box'].join(' ')
  }

  /** Why a page cannot be shown: its own problems and those of the components it uses. */
  collectProblems(path: string, seen = new Set<string>()): SourceProblem[] {
    if (seen.has(path)) return []
    seen.add(path)
    const used = Object.values(this.parts.get(path)?.config.usingComponents ?? {})
    return [
      ...(this.#problems.get(path) ?? []),
      ...used.flatMap((component) => this.collectProblems(component.slice(1), seen)),
    ]
  }

  /** All problems, by the path of the page or component; `app` for those of the app. */
  get problems(): ReadonlyMap<string, SourceProblem[]> {
    return this.#problems
  }

  define(definition: AppDefinition): void {
    this.#definition = definition
    document.documentElement.dataset.style = definition.config.style ?? ''
    document.head.append(this.#styles)
    this.#addStyle(definition.style)
    for (const { file, line, column, message } of definition.warnings) {
      console.warn(`${file}:${line}:${column} ${message}`)
    }
    if (definition.problems?.length) this.#problems.set('app', definition.problems)
  }

  /** Called by the app's script in place of a file that does not compile. */
  throw(problems: SourceProblem[]): never {
    throw new ProblemError(problems)
  }

  /** Runs app.js, which calls `App()`. */
  launch(load: () => void): void {
    globals.App = (app: AppObject) => {
      this.app = app
    }
    globals.getApp = () => this.app
    // One object for all files, because apps replace its functions, for example to report each page.
    for (const name of ['Page', 'Component', 'Behavior'] as const) {
      globals[name] = (definition?: ComponentDefinition) => this.#definers[name](definition)
    }
    this.codeSpace.componentEnv('app', (env) => {
      this.#definers = {
        Page() {},
        Component() {},
        Behavior: (env as unknown as Definers).Behavior,
      }
    })
    const launched = this.#onLaunch(this)
    this.#attempt('app', load)
    launched()
  }

  /** Runs a page's or component's file, which calls `Page()` or `Component()`. */
  part({ scope, style, problems, ...part }: CompiledPart, load: () => void): void {
    const { path, kind, config } = part
    this.parts.set(path, part)
    for (const tag of part.foreign) foreignTags.add(tag)
    const setConfig = (more: object = {}) =>
      this.codeSpace.addComponentStaticConfig(path, {
        ...config,
        component: kind === 'component',
        ...more,
      } as Parameters<CodeSpace['addComponentStaticConfig']>[1])
    this.codeSpace.addStyleSheet(path, undefined, scope)
    setConfig()
    const content = this.templates[path]
    if (content) {
      this.codeSpace.addCompiledTemplate(path, {
        groupList: this.templates,
        content,
        // `bindtap` as well as `bind:tap`.
        fallbackListenerOnNativeNode: true,
      })
    }
    let isDefined = false
    let css = style
    this.codeSpace.componentEnv(path, (env) => {
      // Their types are those of an app in TypeScript, whose definition is not optional.
      const { Page, Component, Behavior } = env as unknown as Definers
      const adapt = (definition: ComponentDefinition): ComponentDefinition => ({
        ...definition,
        ...(definition.properties ? { properties: legalTypes(definition.properties, path) } : {}),
        ...(definition.behaviors
          ? {
              behaviors: definition.behaviors.map((behavior) =>
                builtInBehavior(behavior, Behavior),
              ),
            }
          : {}),
      })
      const queue = this.#attached
      const callReady = () => this.callReady()
      const awaitsReady = Behavior({
        lifetimes: {
          attached(this: Instance) {
            queue.push(this)
            if (queue.length === 1) requestAnimationFrame(callReady)
          },
        },
      })
      const register = (define: Define) => (definition?: ComponentDefinition) => {
        isDefined = true
        if (definition === undefined) return define()
        const isolation = isolationOf(definition, config)
        if (isolation) setConfig({ styleIsolation: isolation })
        // Classes of a component with shared styles are those of the page.
        if (/shared$/.test(isolation ?? '') && !isolation?.includes('apply')) {
          css = css.replaceAll(`.${scope}--`, '.')
        }
        const adapted = adapt(definition)
        if (define === Page) return define(adapted)
        return define({ ...adapted, behaviors: [awaitsReady, ...(adapted.behaviors ?? [])] })
      }
      const outer = this.#definers
      this.#definers = {
        Page: register(Page),
        Component: register(Component),
        Behavior: (definition?: ComponentDefinition) =>
          definition === undefined ? Behavior() : Behavior(adapt(definition)),
      }
      if (problems.length > 0) this.#problems.set(path, problems)
      else this.#attempt(path, load)
      this.#definers = outer
      // Its users show the problem; an empty component keeps the rest working.
      if (!isDefined) (kind === 'page' ? Page : Component)({})
    })
    this.#addStyle(css)
  }

  start(): void {
    this.#onStart(this)
  }

  /** Triggers `ready` of the components that have been attached, which glass-easel leaves to the platform. */
  callReady(): void {
    for (const { _$: node } of this.#attached.splice(0)) {
      if (node.$$?.isConnected) node.triggerLifetime('ready', [])
    }
  }

  #attempt(path: string, run: () => void): void {
    try {
      run()
    } catch (error) {
      this.#problems.set(path, toProblems(error))
    }
  }

  #addStyle(css: string): void {
    if (css) this.#styles.append(`${css}\n`)
  }
}

/** `options` of the component's code, which apply unless its JSON overrides them. */
function isolationOf({ options }: ComponentDefinition, config: Part['config']): string | undefined {
  if (config.styleIsolation !== undefined) return String(config.styleIsolation)
  return options?.styleIsolation ?? (options?.addGlobalClass ? 'apply-shared' : undefined)
}

/** A list instead of a type is invalid; WeChat warns and accepts every value. */
function legalTypes(properties: Record<string, unknown>, path: string): Record<string, unknown> {
  const entries = Object.entries(properties).map(([name, given]) => {
    const type = given instanceof Object && 'type' in given ? given.type : given
    if (!Array.isArray(type)) return [name, given]
    console.warn(`${path}: the type of property "${name}" is illegal`)
    return [name, type === given ? null : { ...Object(given), type: null }]
  })
  return Object.fromEntries(entries)
}

/** WeChat's built-in behaviors, as far as a component sees them. */
function builtInBehavior(behavior: unknown, Behavior: Define): unknown {
  if (typeof behavior !== 'string') return behavior
  const isField = behavior.startsWith('wx://form-field')
  return Behavior(isField ? { properties: { name: String, value: null } } : {})
}

/** Makes the fields of an event its own, as in WeChat: the runtime of uni-app replaces a `detail` that is inherited. */
function ownEventFields(): void {
  const { wrapShadowedEvent } = Event.prototype
  Event.prototype.wrapShadowedEvent = function (...given) {
    const { type, timeStamp, detail } = this
    return Object.assign(wrapShadowedEvent.apply(this, given), { type, timeStamp, detail })
  }
}

/** Members of page and component instances that glass-easel does not provide. */
export function extendInstances(
  methods: Record<string, (this: never, ...given: never[]) => unknown>,
) {
  Object.assign(component.ComponentCaller.prototype, methods)
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

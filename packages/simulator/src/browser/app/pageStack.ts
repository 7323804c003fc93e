import type { AssociatedBackend, Root } from 'glass-easel-miniprogram-adapter'
import type { SourceProblem } from '../../compile/compiledApp'
import { Emitter } from '../../wxRules/appState'
import { WxError } from '../../wxRules/callbacks'
import type { ShadowHost } from '../elements/base'
import { asBackend, watchPullDown } from './backend'
import { attempt, problemsBox } from './problems'
import type { Registry } from './registry'

/** A page or component, as far as its elements are looked for. */
export interface Scope {
  _$?: ShadowHost
}

/** The parts of a page instance that the framework uses. */
export interface PageInstance {
  /** The node of glass-easel. */
  _$?: Scope['_$']
  createIntersectionObserver?: (options?: object) => object
  route: string
  options: Record<string, string>
  onLoad?: (query: Record<string, string>) => void
  onShow?: () => void
  onReady?: () => void
  onHide?: () => void
  onUnload?: () => void
  onPullDownRefresh?: () => void
  onReachBottom?: () => void
  onPageScroll?: (event: { scrollTop: number }) => void
  onTabItemTap?: (item: object) => void
  onResize?: (event: object) => void
}

/** One end of the channel between a page and the page that opened it (`wx.navigateTo`, `events`). */
export class EventChannel {
  readonly #own = new Emitter()
  #other: EventChannel = this

  /** Two ends: what one emits, the other hears. */
  static pair(): [EventChannel, EventChannel] {
    const ends: [EventChannel, EventChannel] = [new EventChannel(), new EventChannel()]
    ends[0].#other = ends[1]
    ends[1].#other = ends[0]
    return ends
  }

  on(name: string, listener: (...given: never[]) => void): void {
    this.#own.on(name, (given: never[]) => listener(...given))
  }

  once(name: string, listener: (...given: never[]) => void): void {
    const run = (given: never[]) => {
      this.#own.off(name, run)
      listener(...given)
    }
    this.#own.on(name, run)
  }

  off(name: string): void {
    this.#own.off(name)
  }

  emit(name: string, ...given: unknown[]): void {
    this.#other.#own.emit(name, given)
  }
}

export interface OpenPage {
  route: string
  instance: PageInstance
  element: HTMLElement
  /** None for a page that does not compile. */
  root: Root | undefined
  title: string
  /** Colours set by `wx.setNavigationBarColor`. */
  bar: { background?: string; text?: string; isLoading?: boolean }
  /** The app's own tab bar, `custom-tab-bar`. */
  tabBar: Root | undefined
}

/** Default distance from the bottom at which onReachBottom is called (`onReachBottomDistance`). Pixels. */
const REACH_BOTTOM = 50
/** Limit of open pages (wx.navigateTo page of the WeChat documents). */
const MAX_PAGES = 10

/** The open pages; the last is visible. Tab bar pages are kept when the user switches to another tab. */
export class PageStack {
  readonly #registry: Registry
  readonly #backend: AssociatedBackend
  readonly #place: HTMLElement
  readonly #onChange: () => void
  readonly #tabs = new Map<string, OpenPage>()
  pages: OpenPage[] = []

  constructor(
    registry: Registry,
    backend: AssociatedBackend,
    place: HTMLElement,
    onChange: () => void,
  ) {
    this.#registry = registry
    this.#backend = backend
    this.#place = place
    this.#onChange = onChange
  }

  get current(): OpenPage | undefined {
    return this.pages.at(-1)
  }

  isTab(route: string): boolean {
    return (this.#registry.config.tabBar?.list ?? []).some(({ pagePath }) => pagePath === route)
  }

  /** @returns the opener's end of the event channel */
  navigateTo(url: string, events: Record<string, () => void> = {}): EventChannel {
    const { route, query } = this.#parse(url, 'navigateTo')
    if (this.isTab(route)) throw new WxError('navigateTo:fail can not navigateTo a tabbar page')
    if (this.pages.length >= MAX_PAGES) {
      throw new WxError('navigateTo:fail page limit exceeded: 10')
    }
    const [opener, opened] = EventChannel.pair()
    for (const [name, listener] of Object.entries(events)) opener.on(name, listener)
    this.#hide(this.current)
    this.#open(route, query, opened)
    return opener
  }

  redirectTo(url: string): void {
    const { route, query } = this.#parse(url, 'redirectTo')
    if (this.isTab(route)) throw new WxError('redirectTo:fail can not redirectTo a tabbar page')
    this.#close(this.pages.pop())
    this.#open(route, query)
  }

  reLaunch(url: string): void {
    const { route, query } = this.#parse(url, 'reLaunch')
    for (const page of [...this.pages, ...this.#tabs.values()]) this.#close(page)
    this.#tabs.clear()
    this.pages = []
    this.#open(route, query)
  }

  switchTab(url: string): void {
    const { route } = this.#parse(url, 'switchTab')
    if (!this.isTab(route)) throw new WxError('switchTab:fail can not switch to no-tabBar page')
    if (this.current?.route === route) return
    while (this.current && !this.isTab(this.current.route)) this.#close(this.pages.pop())
    this.#hide(this.current)
    this.pages = []
    const known = this.#tabs.get(route)
    if (!known) {
      this.#open(route, {})
      return
    }
    this.pages.push(known)
    this.#show(known)
  }

  navigateBack(delta: number): void {
    if (this.pages.length < 2) return
    for (let i = 0; i < Math.min(delta, this.pages.length); i++) {
      if (this.pages.length > 1) this.#close(this.pages.pop())
    }
    if (this.current) this.#show(this.current)
  }

  #parse(url: string, api: string): { route: string; query: Record<string, string> } {
    const [path = '', ...rest] = String(url ?? '').split('?')
    const search = rest.join('?')
    const from = this.current?.route.split('/').slice(0, -1).join('/')
    const absolute = path.startsWith('/') ? path : `/${from}/${path}`
    const route = new URL(absolute.replace(/\.html$/, ''), 'http://app').pathname.slice(1)
    if (!this.#registry.config.pages.includes(route)) {
      throw new WxError(`${api}:fail page "${route}" is not found`)
    }
    // Values are not decoded: the page does that.
    const pairs = search.split('&').filter(Boolean)
    const query = pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return [name, value.join('=')]
    })
    return { route, query: Object.fromEntries(query) }
  }

  /** Opens a page on top of the stack; it is on the stack before its `onLoad` runs. */
  #open(route: string, query: Record<string, string>, channel = new EventChannel()): void {
    const title = String(this.#registry.windowOption(route, 'navigationBarTitleText') ?? '')
    const problems = this.#registry.collectProblems(route)
    const page =
      problems.length > 0
        ? failedPage(route, problemsBox(titleOf(problems), problems))
        : this.#createPage(route, query, channel)
    page.title = title
    this.pages.push(page)
    if (this.isTab(route)) this.#tabs.set(route, page)
    if (page.root) {
      attach(page.root, this.#place)
      this.#watchScroll(page)
      if (this.#registry.windowOption(route, 'enablePullDownRefresh')) watchPullDown(page)
      if (this.isTab(route)) this.#addTabBar(page)
    } else {
      this.#place.append(page.element)
    }
    // After `attached` of its components, as in WeChat, and before the first frame is drawn.
    this.#call(page, 'onLoad', query)
    this.#show(page)
    this.#registry.callReady()
    this.#call(page, 'onReady')
  }

  #createPage(route: string, query: Record<string, string>, channel: EventChannel): OpenPage {
    const search = Object.entries(query).map((pair) => pair.join('='))
    const url = search.length > 0 ? `${route}?${search.join('&')}` : route
    const root = this.#backend.createRoot('wx-page', this.#registry.codeSpace, url)
    const { $$: element } = root.getComponent()
    if (!(element instanceof HTMLElement)) throw new TypeError(`${route} has no element`)
    element.setAttribute('route', route)
    const skyline = this.#registry.skylineDefaults(route)
    if (skyline !== undefined) element.dataset.skyline = skyline
    const instance: PageInstance = Object.assign(root.get(), {
      route,
      options: query,
      getOpenerEventChannel: () => channel,
      getTabBar: () => page.tabBar?.get() ?? null,
    })
    const page: OpenPage = { route, instance, element, root, title: '', bar: {}, tabBar: undefined }
    return page
  }

  /** The app draws its own tab bar: a component in front of each tab page. */
  #addTabBar(page: OpenPage): void {
    const path = 'custom-tab-bar/index'
    if (!this.#registry.config.tabBar?.custom || !this.#registry.parts.has(path)) return
    page.tabBar = this.#backend.createRoot('wx-custom-tab-bar', this.#registry.codeSpace, path)
    attach(page.tabBar, page.element)
  }

  /** An error in a page's code must not stop the navigation. */
  #call(
    page: OpenPage,
    method: 'onLoad' | 'onShow' | 'onReady' | 'onHide' | 'onUnload',
    given?: object,
  ): void {
    attempt(`${page.route} ${method}`, () => {
      ;(page.instance[method] as ((given?: object) => void) | undefined)?.(given)
    })
  }

  #show(page: OpenPage): void {
    page.element.hidden = false
    this.#call(page, 'onShow')
    page.root?.getComponent().triggerPageLifetime('show', [])
    this.#onChange()
  }

  #hide(page: OpenPage | undefined): void {
    if (!page) return
    page.element.hidden = true
    this.#call(page, 'onHide')
    page.root?.getComponent().triggerPageLifetime('hide', [])
  }

  #close(page: OpenPage | undefined): void {
    if (!page) return
    this.#tabs.delete(page.route)
    this.#call(page, 'onUnload')
    page.tabBar?.release()
    page.root?.release()
    page.element.remove()
  }

  #watchScroll({ element, instance }: OpenPage): void {
    let wasAtEnd = false
    element.addEventListener('scroll', () => {
      const { scrollTop, scrollHeight, clientHeight } = element
      instance.onPageScroll?.({ scrollTop })
      const isAtEnd = scrollHeight - clientHeight - scrollTop <= REACH_BOTTOM
      if (isAtEnd && !wasAtEnd) instance.onReachBottom?.()
      wasAtEnd = isAtEnd
    })
  }
}

/** Attaches a root component to the end of an element. */
function attach(root: Root, parent: HTMLElement): void {
  const placeholder = document.createElement('div')
  parent.append(placeholder)
  // glass-easel does not know that its elements are those of the document.
  root.attach(asBackend(parent), asBackend(placeholder))
}

const titleOf = (problems: SourceProblem[]) =>
  problems.every(({ line }) => line === 0) ? 'The page cannot run' : 'The page does not compile'

/** A page that only shows what is wrong with its source. */
function failedPage(route: string, box: HTMLElement): OpenPage {
  const element = document.createElement('wx-page')
  element.setAttribute('route', route)
  element.append(box)
  const instance: PageInstance = { route, options: {} }
  return { route, instance, element, root: undefined, title: '', bar: {}, tabBar: undefined }
}

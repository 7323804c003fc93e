import type { AssociatedBackend, Root } from 'glass-easel-miniprogram-adapter'
import { WxError } from '../../callbacks'
import { watchPullDown } from './gestures'
import type { Registry } from './registry'

/** The parts of a page instance that the framework uses. */
export interface PageInstance {
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
}

export interface OpenPage {
  route: string
  instance: PageInstance
  element: HTMLElement
  root: Root
  title: string
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
    const list = (this.#registry.config.tabBar?.list ?? []) as { pagePath: string }[]
    return list.some(({ pagePath }) => pagePath === route)
  }

  navigateTo(url: string): void {
    const { route, query } = this.#parse(url, 'navigateTo')
    if (this.isTab(route)) throw new WxError('navigateTo:fail can not navigateTo a tabbar page')
    if (this.pages.length >= MAX_PAGES) {
      throw new WxError('navigateTo:fail page limit exceeded: 10')
    }
    this.#hide(this.current)
    this.#open(route, query)
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
    const [path = '', search = ''] = url.split('?')
    const from = this.current?.route.split('/').slice(0, -1).join('/')
    const route = path.startsWith('/')
      ? path.slice(1)
      : new URL(`${from}/${path}`, 'http://app').pathname.replace(/^\/+/, '')
    if (!this.#registry.config.pages.includes(route)) {
      throw new WxError(`${api}:fail page "${route}" is not found`)
    }
    // Values are not decoded: the page does that.
    const pairs = search.split('&').filter(Boolean)
    const query = pairs.map((pair) => [
      pair.slice(0, pair.indexOf('=')),
      pair.slice(pair.indexOf('=') + 1),
    ])
    return { route, query: Object.fromEntries(query) }
  }

  /** Opens a page on top of the stack; it is on the stack before its `onLoad` runs. */
  #open(route: string, query: Record<string, string>): void {
    const placeholder = document.createElement('div')
    this.#place.append(placeholder)
    const root = this.#backend.createRoot('wx-page', this.#registry.codeSpace, route)
    const element = (root.getComponent() as unknown as { $$: HTMLElement }).$$
    element.setAttribute('route', route)
    const instance = root.get() as unknown as PageInstance
    instance.route = route
    instance.options = query
    const { config } = this.#registry.parts.get(route) ?? {}
    const title = String(
      config?.navigationBarTitleText ?? this.#registry.config.window?.navigationBarTitleText ?? '',
    )
    const page = { route, instance, element, root, title }
    this.pages.push(page)
    if (this.isTab(route)) this.#tabs.set(route, page)
    // Data set by onLoad is part of the first render.
    instance.onLoad?.(query)
    root.attach(this.#place as never, placeholder as never)
    this.#watchScroll(page)
    if (config?.enablePullDownRefresh) watchPullDown(page)
    this.#show(page)
    instance.onReady?.()
  }

  #show(page: OpenPage): void {
    page.element.hidden = false
    page.instance.onShow?.()
    this.#onChange()
  }

  #hide(page: OpenPage | undefined): void {
    if (!page) return
    page.element.hidden = true
    page.instance.onHide?.()
  }

  #close(page: OpenPage | undefined): void {
    if (!page) return
    this.#tabs.delete(page.route)
    page.instance.onUnload?.()
    page.root.release()
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

import { textElement } from '../dom'
import type { OpenPage, PageStack } from './pageStack'
import type { Registry } from './registry'

/** WeChat's menu button, without function here. */
const CAPSULE =
  '<svg width="87" height="32" viewBox="0 0 87 32" fill="none" stroke="currentColor" aria-hidden="true">' +
  '<g fill="currentColor" stroke="none"><circle cx="15" cy="16" r="1.7"/><circle cx="22" cy="16" r="3"/>' +
  '<circle cx="29" cy="16" r="1.7"/><circle cx="65.5" cy="16" r="3"/></g>' +
  '<path d="M43.5 7v18" opacity=".2"/><circle cx="65.5" cy="16" r="8" stroke-width="2"/></svg>'

/** What `wx` may change about an item of the tab bar. */
export interface TabChange {
  text?: string
  iconPath?: string
  selectedIconPath?: string
  /** A number or word in a red circle; empty for a red dot. */
  badge?: string | undefined
}

/** The navigation bar and the tab bar. */
export class Frame {
  readonly #registry: Registry
  readonly #nav: HTMLElement
  readonly #tabs: HTMLElement
  readonly #tabChanges = new Map<number, TabChange>()
  #style: Record<string, unknown> = {}
  #isTabBarHidden = false
  stack: PageStack | undefined

  constructor(registry: Registry, nav: HTMLElement, tabs: HTMLElement) {
    this.#registry = registry
    this.#nav = nav
    this.#tabs = tabs
  }

  changeTab(index: number, change: TabChange): void {
    this.#tabChanges.set(index, { ...this.#tabChanges.get(index), ...change })
    this.draw()
  }

  /** `wx.setTabBarStyle`, `wx.hideTabBar`, `wx.showTabBar`. */
  changeTabBar({ style = {}, isHidden }: { style?: object; isHidden?: boolean }): void {
    this.#style = { ...this.#style, ...style }
    this.#isTabBarHidden = isHidden ?? this.#isTabBarHidden
    this.draw()
  }

  draw(): void {
    const page = this.stack?.current
    if (!page) return
    this.#drawNav(page)
    this.#drawTabs(page.route)
  }

  #drawNav({ route, title, bar }: OpenPage): void {
    const { colours } = this.#registry
    const of = (name: string, fallback: string) =>
      colours.of(this.#registry.windowOption(route, name), fallback)
    const phone = document.getElementById('phone') as HTMLElement
    const background = bar.background ?? of('navigationBarBackgroundColor', '#ededed')
    phone.style.setProperty('--nav-background', background)
    const isDarkText = (bar.text ?? of('navigationBarTextStyle', 'black')) === 'black'
    phone.style.setProperty('--nav-colour', isDarkText ? '#000' : '#fff')
    phone.style.setProperty('--page-background', of('backgroundColor', '#fff'))
    // The page begins at the top of the screen and draws its own bar.
    const isCustom = this.#registry.windowOption(route, 'navigationStyle') === 'custom'
    phone.classList.toggle('custom-nav', isCustom)
    const isFirst = (this.stack?.pages.length ?? 0) < 2
    const back = textElement('nav-back', '', 'button')
    back.setAttribute('aria-label', 'back')
    back.hidden = isFirst || isCustom
    back.addEventListener('click', () => this.stack?.navigateBack(1))
    const capsule = textElement('nav-capsule', '')
    capsule.innerHTML = CAPSULE
    const name = textElement('nav-title', isCustom ? '' : title)
    if (bar.isLoading) name.classList.add('loading')
    this.#nav.replaceChildren(back, name, capsule)
    document.title = title
  }

  #drawTabs(route: string): void {
    const bar = { ...this.#registry.config.tabBar, ...this.#style }
    const list = this.#registry.config.tabBar?.list ?? []
    const isTab = list.some(({ pagePath }) => pagePath === route)
    this.#tabs.hidden = !isTab || this.#isTabBarHidden || bar.custom === true
    if (this.#tabs.hidden) return
    const { colours } = this.#registry
    this.#tabs.style.background = colours.of(bar.backgroundColor, '#fff')
    const isDark = colours.of(bar.borderStyle, 'black') === 'black'
    this.#tabs.style.setProperty('--tab-line', isDark ? 'rgba(0,0,0,.1)' : 'rgba(255,255,255,.1)')
    const items = list.map((given, index) => {
      const item = { ...given, ...this.#tabChanges.get(index) } as typeof given & TabChange
      const isOn = item.pagePath === route
      const tab = textElement('tab', '', 'button')
      tab.style.color = colours.of(isOn ? bar.selectedColor : bar.color, isOn ? '#07c160' : '#999')
      const icon = colours.of(isOn ? item.selectedIconPath : item.iconPath, '')
      if (icon) {
        const picture = document.createElement('img')
        picture.src = `/app/${icon.replace(/^\//, '')}`
        picture.alt = ''
        tab.append(picture)
      }
      tab.append(textElement('tab-text', item.text))
      if (item.badge !== undefined) tab.append(textElement('tab-badge', item.badge))
      tab.setAttribute('aria-selected', String(isOn))
      tab.addEventListener('click', () => {
        this.stack?.switchTab(`/${item.pagePath}`)
        const { pagePath, text } = item
        this.stack?.current?.instance.onTabItemTap?.({ index, pagePath, text })
      })
      return tab
    })
    this.#tabs.replaceChildren(...items)
  }
}

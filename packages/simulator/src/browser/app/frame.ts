import { textElement } from '../dom'
import type { PageStack } from './pageStack'
import type { Registry } from './registry'

interface TabItem {
  pagePath: string
  text: string
  iconPath?: string
  selectedIconPath?: string
}

/** WeChat's menu button, without function here. */
const CAPSULE =
  '<svg width="87" height="32" viewBox="0 0 87 32" fill="none" stroke="currentColor" aria-hidden="true">' +
  '<g fill="currentColor" stroke="none"><circle cx="15" cy="16" r="1.7"/><circle cx="22" cy="16" r="3"/>' +
  '<circle cx="29" cy="16" r="1.7"/><circle cx="65.5" cy="16" r="3"/></g>' +
  '<path d="M43.5 7v18" opacity=".2"/><circle cx="65.5" cy="16" r="8" stroke-width="2"/></svg>'

/** The navigation bar and the tab bar. */
export class Frame {
  readonly #registry: Registry
  readonly #nav: HTMLElement
  readonly #tabs: HTMLElement
  readonly #tabTexts = new Map<number, string>()
  stack: PageStack | undefined

  constructor(registry: Registry, nav: HTMLElement, tabs: HTMLElement) {
    this.#registry = registry
    this.#nav = nav
    this.#tabs = tabs
  }

  setTabText(index: number, text: string): void {
    this.#tabTexts.set(index, text)
    this.draw()
  }

  draw(): void {
    const page = this.stack?.current
    if (!page) return
    this.#drawNav(page.title)
    this.#drawTabs(page.route)
  }

  #drawNav(title: string): void {
    const { colours, config } = this.#registry
    const own = this.#registry.parts.get(this.stack?.current?.route ?? '')?.config
    const of = (name: string, fallback: string) =>
      colours.of(own?.[name] ?? config.window?.[name], fallback)
    const phone = document.getElementById('phone') as HTMLElement
    phone.style.setProperty('--nav-background', of('navigationBarBackgroundColor', '#ededed'))
    const isDarkText = of('navigationBarTextStyle', 'black') === 'black'
    phone.style.setProperty('--nav-colour', isDarkText ? '#000' : '#fff')
    phone.style.setProperty('--page-background', of('backgroundColor', '#fff'))
    const isFirst = (this.stack?.pages.length ?? 0) < 2
    const back = textElement('nav-back', '', 'button')
    back.setAttribute('aria-label', 'back')
    back.hidden = isFirst
    back.addEventListener('click', () => this.stack?.navigateBack(1))
    const capsule = textElement('nav-capsule', '')
    capsule.innerHTML = CAPSULE
    this.#nav.replaceChildren(back, textElement('nav-title', title), capsule)
    document.title = title
  }

  #drawTabs(route: string): void {
    const bar = this.#registry.config.tabBar ?? {}
    const list = (bar.list ?? []) as TabItem[]
    this.#tabs.hidden = !list.some(({ pagePath }) => pagePath === route)
    if (this.#tabs.hidden) return
    const { colours } = this.#registry
    this.#tabs.style.background = colours.of(bar.backgroundColor, '#fff')
    const isDark = colours.of(bar.borderStyle, 'black') === 'black'
    this.#tabs.style.setProperty('--tab-line', isDark ? 'rgba(0,0,0,.1)' : 'rgba(255,255,255,.1)')
    const items = list.map(({ pagePath, text, iconPath, selectedIconPath }, index) => {
      const isOn = pagePath === route
      const item = textElement('tab', '', 'button')
      item.style.color = colours.of(isOn ? bar.selectedColor : bar.color, isOn ? '#07c160' : '#999')
      const icon = colours.of(isOn ? selectedIconPath : iconPath, '')
      if (icon) {
        const picture = document.createElement('img')
        picture.src = `/app/${icon}`
        picture.alt = ''
        item.append(picture)
      }
      item.append(textElement('tab-text', this.#tabTexts.get(index) ?? text))
      item.setAttribute('aria-selected', String(isOn))
      item.addEventListener('click', () => this.stack?.switchTab(`/${pagePath}`))
      return item
    })
    this.#tabs.replaceChildren(...items)
  }
}

import { element, textElement } from '../dom'
import { t } from './texts'

export interface Tab {
  name: string
  title: string
  pane: HTMLElement
}

/** Tabs over panes, of which one is shown: arrow keys move between them. */
export class Tabs {
  readonly bar = element('div', {
    class: 'tabs',
    role: 'tablist',
    'aria-label': t('Panes', '面板'),
  })
  readonly panes: HTMLElement[]
  readonly #tabs = new Map<string, { button: HTMLElement; pane: HTMLElement }>()
  readonly #onShow: (name: string) => void

  constructor(tabs: Tab[], onShow: (name: string) => void) {
    this.#onShow = onShow
    this.panes = tabs.map(({ pane }) => pane)
    for (const { name, title, pane } of tabs) {
      const button = textElement('tab', title, 'button')
      button.id = `tab-${name}`
      button.setAttribute('role', 'tab')
      button.addEventListener('click', () => this.show(name))
      pane.setAttribute('role', 'tabpanel')
      pane.setAttribute('aria-labelledby', button.id)
      this.#tabs.set(name, { button, pane })
      this.bar.append(button)
    }
    this.bar.addEventListener('keydown', ({ key }) => this.#move(key))
    this.show(tabs[0]?.name ?? '')
  }

  show(name: string): void {
    for (const [other, { button, pane }] of this.#tabs) {
      const isShown = other === name
      button.setAttribute('aria-selected', String(isShown))
      button.tabIndex = isShown ? 0 : -1
      pane.hidden = !isShown
    }
    this.#onShow(name)
  }

  /** A number beside the title; 0 removes it. */
  setBadge(name: string, count: number): void {
    const button = this.#tabs.get(name)?.button
    button?.querySelector('.badge')?.remove()
    if (count > 0) button?.append(textElement('badge', String(count), 'span'))
  }

  #move(key: string): void {
    const names = [...this.#tabs.keys()]
    const at = names.findIndex(
      (name) => this.#tabs.get(name)?.button.getAttribute('aria-selected') === 'true',
    )
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key]
    const next = step && names[(at + step + names.length) % names.length]
    if (!next) return
    this.show(next)
    this.#tabs.get(next)?.button.focus()
  }
}

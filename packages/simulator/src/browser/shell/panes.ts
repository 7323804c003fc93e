import type { ConsoleEntry, ShellMessage } from '../../preview/protocol'
import { element, textElement } from '../dom'
import { formatSize, formatTime, t } from './texts'

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

/** Entries kept on the page. */
const MAX_ENTRIES = 500

/** Shows the console output of the apps on the phones. */
export class ConsolePanel {
  readonly element = element('div', { class: 'pane console-pane' })
  readonly #list = element('ol', {
    class: 'console',
    role: 'log',
    'aria-label': t('Console', '控制台'),
  })
  readonly #level = element('select', { 'aria-label': t('Level', '级别') })
  readonly #phones: string[]
  readonly #onCount: (errors: number) => void
  #errors = 0
  #phone = ''

  /** @param onCount called with the number of errors */
  constructor(phones: string[], onCount: (errors: number) => void) {
    this.#phones = phones
    this.#onCount = onCount
    this.#level.add(new Option(t('All levels', '全部级别'), ''))
    this.#level.add(new Option(t('Warnings and errors', '警告与错误'), 'warn'))
    this.#level.add(new Option(t('Errors', '错误'), 'error'))
    this.#level.addEventListener('change', () => this.#filter())
    const clear = textElement('', t('Clear', '清空'), 'button')
    clear.addEventListener('click', () => {
      this.#list.replaceChildren()
      this.#errors = 0
      this.#onCount(0)
    })
    const bar = element(
      'div',
      { class: 'bar' },
      this.#level,
      element('span', { class: 'count' }),
      clear,
    )
    this.element.append(bar, this.#list)
  }

  add(phone: string, { level, time, text }: ConsoleEntry): void {
    const item = element('li', { class: `entry ${level}`, 'data-who': phone })
    item.dataset.phone = String(this.#phones.indexOf(phone))
    item.append(
      textElement('time', formatTime(time), 'span'),
      textElement('who', phone, 'span'),
      textElement('text', text, 'span'),
    )
    item.hidden = !this.#matches(item)
    const isAtEnd = this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 40
    this.#list.append(item)
    if (this.#list.children.length > MAX_ENTRIES) this.#list.firstElementChild?.remove()
    if (isAtEnd) item.scrollIntoView({ block: 'nearest' })
    if (level === 'error') this.#onCount(++this.#errors)
  }

  showPhone(name: string): void {
    this.#phone = name
    this.#filter()
  }

  #matches({ classList, dataset }: HTMLElement): boolean {
    const { value } = this.#level
    const isLevel =
      value === '' ||
      classList.contains('error') ||
      (value === 'warn' && classList.contains('warn'))
    return isLevel && (this.#phone === '' || dataset.who === this.#phone)
  }

  #filter(): void {
    for (const item of this.#list.querySelectorAll('li')) item.hidden = !this.#matches(item)
  }
}

type Stored = Extract<ShellMessage, { type: 'storage' }>

/** `wx` storage and files of each phone. */
export class StoragePanel {
  readonly element = element('div', { class: 'pane storage-pane' })
  readonly #content = element('div', { class: 'storage' })
  readonly #stored = new Map<string, Stored>()
  readonly #remove: (phone: string, key?: string) => void
  #phone = ''

  /** @param remove removes one key of a phone, or all of them */
  constructor(remove: (phone: string, key?: string) => void) {
    this.#remove = remove
    this.element.append(this.#content)
  }

  update(phone: string, stored: Stored): void {
    this.#stored.set(phone, stored)
    if (this.element.isConnected && !this.element.hidden) this.draw()
  }

  showPhone(name: string): void {
    this.#phone = name
    this.draw()
  }

  draw(): void {
    const sections = [...this.#stored]
      .filter(([phone]) => this.#phone === '' || phone === this.#phone)
      .map(([phone, stored]) => this.#section(phone, stored))
    this.#content.replaceChildren(...sections)
  }

  #section(phone: string, { entries, files }: Stored): HTMLElement {
    const clear = textElement('', t('Remove all', '全部清除'), 'button')
    clear.addEventListener('click', () => this.#remove(phone))
    const head = element('header', {}, textElement('', phone, 'h3'), clear)
    const values = element('table')
    values.append(headRow('wx.setStorage', t('Value', '值'), ''))
    for (const { key, value } of entries) {
      const remove = textElement('', '✕', 'button')
      remove.setAttribute('aria-label', t(`Remove ${key}`, `删除 ${key}`))
      remove.addEventListener('click', () => this.#remove(phone, key))
      values.append(row(key, textElement('value', value, 'code'), remove))
    }
    if (entries.length === 0) values.append(row(t('nothing stored', '没有数据')))
    const paths = element('table')
    paths.append(headRow(t('File', '文件'), t('Size', '大小')))
    for (const { path, size } of files) paths.append(row(path, formatSize(size)))
    if (files.length === 0) paths.append(row(t('no files', '没有文件')))
    return element('section', {}, head, values, paths)
  }
}

function headRow(...titles: string[]): HTMLElement {
  return element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))
}

function row(...cells: (Node | string)[]): HTMLElement {
  return element('tr', {}, ...cells.map((cell) => element('td', {}, cell)))
}

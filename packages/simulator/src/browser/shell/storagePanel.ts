import type { ShellMessage } from '../../preview/protocol'
import { element, textElement } from '../dom'
import { formatBytes, t } from './texts'

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
    for (const { path, size } of files) paths.append(row(path, formatBytes(size)))
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

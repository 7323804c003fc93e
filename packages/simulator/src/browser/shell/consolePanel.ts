import type { ConsoleEntry } from '../../preview/protocol'
import { element, textElement } from '../dom'
import { formatTime, t } from './texts'

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

  /** @param onCount is told how many errors there are */
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

import type { RecordUpdate, RequestRecord } from '../../preview/protocol'
import { element, textElement } from '../dom'
import { renderDetails } from './requestDetails'
import {
  type Outcome,
  outcomeOf,
  RequestModel,
  type RequestRow,
  type RowSummary,
  recordSummary,
  summarize,
} from './requestModel'
import { formatDuration, formatSize, formatTime, t } from './texts'

const OUTCOMES: [Outcome | '', string][] = [
  ['', t('All', '全部')],
  ['ok', t('Succeeded', '成功')],
  ['refused', t('Refused (403)', '被拒绝 (403)')],
  ['failed', t('Failed', '失败')],
  ['cancelled', t('Cancelled', '已取消')],
  ['running', t('Running', '进行中')],
]

/** The list of requests, its filter, and the details of the selected one. */
export class RequestPanel {
  readonly element = element('div', { class: 'pane requests-pane' })
  readonly #model = new RequestModel()
  readonly #list = element('ol', {
    id: 'requests',
    role: 'tree',
    'aria-label': t('Requests', '请求'),
  })
  readonly #details = element('section', { class: 'details', 'aria-label': t('Details', '详情') })
  readonly #empty = textElement(
    'empty',
    t(
      'What the phones send shows up here: who, what, and which rule allowed or refused it.',
      '手机发出的请求显示在这里：谁、做什么、由哪条规则允许或拒绝。',
    ),
    'p',
  )
  readonly #outcome = element('select', { 'aria-label': t('Outcome', '结果') })
  readonly #operation = element('select', { 'aria-label': t('Operation', '操作') })
  readonly #search = element('input', {
    type: 'search',
    placeholder: t('Filter by key or URL', '按对象键或 URL 筛选'),
    'aria-label': t('Filter by key or URL', '按对象键或 URL 筛选'),
  })
  readonly #count = element('span', { class: 'count', role: 'status' })
  readonly #phones: string[]
  /** List items by row, or by record for those of an opened upload. */
  readonly #items = new Map<string, HTMLLIElement>()
  readonly #opened = new Set<string>()
  readonly #changed = new Set<RequestRow>()
  #isDrawing = false
  #phone = ''
  #selected: { row: RequestRow; record: RequestRecord } | undefined

  /** @param phones names, in the order of their colours */
  constructor(phones: string[]) {
    this.#phones = phones
    for (const [value, text] of OUTCOMES) this.#outcome.add(new Option(text, value))
    this.#operation.add(new Option(t('All operations', '全部操作'), ''))
    const clear = textElement('', t('Clear', '清空'), 'button')
    clear.addEventListener('click', () => this.clear())
    const bar = element('div', { class: 'bar' }, this.#search, this.#operation, this.#outcome)
    bar.append(this.#count, clear)
    for (const control of [this.#search, this.#outcome, this.#operation]) {
      control.addEventListener('input', () => this.#filter())
    }
    const head = element('div', { class: 'row columns', 'aria-hidden': 'true' })
    const columns = ['', t('Phone', '手机'), t('Operation', '操作'), t('Status', '状态')]
    columns.push(t('Key', '对象键'), t('Size', '大小'), t('Time', '耗时'))
    head.append(...columns.map((text) => textElement('', text, 'span')))
    this.#list.addEventListener('click', (event) => this.#onClick(event))
    this.#list.addEventListener('keydown', (event) => this.#onKey(event))
    this.#details.hidden = true
    this.element.append(bar, head, this.#empty, this.#list, this.#details)
  }

  apply(update: RecordUpdate, unsent?: Partial<RequestRecord>): void {
    const row = this.#model.apply(update, unsent)
    if (!row) return
    this.#changed.add(row)
    if (this.#isDrawing) return
    this.#isDrawing = true
    // All updates within one frame are drawn once.
    requestAnimationFrame(() => this.#draw())
  }

  clear(): void {
    this.#model.clear()
    this.#items.clear()
    this.#opened.clear()
    this.#changed.clear()
    this.#list.replaceChildren()
    this.#empty.hidden = false
    this.#count.textContent = ''
    this.#select(undefined)
  }

  /** Shows one phone's requests, or all. */
  showPhone(name: string): void {
    this.#phone = name
    this.#filter()
  }

  #draw(): void {
    this.#isDrawing = false
    this.#empty.hidden = true
    for (const row of this.#changed) {
      this.#drawRow(row)
      if (this.#selected?.row === row) this.#drawDetails()
    }
    this.#changed.clear()
    for (const [id, item] of this.#items) {
      if (this.#model.rows.has(id) || item.dataset.level === '2') continue
      item.remove()
      this.#items.delete(id)
    }
    this.#drawCount()
  }

  #drawRow(row: RequestRow): void {
    const summary = summarize(row)
    const [first] = row.records
    if (!first) return
    const item = this.#item(row.id, '1')
    if (!item.isConnected) this.#list.prepend(item)
    this.#fill(item, first, summary)
    item.hidden = !this.#matches(row, summary)
    this.#addOperation(summary.operation)
    if (!row.isUpload) return
    const isOpen = this.#opened.has(row.id)
    item.setAttribute('aria-expanded', String(isOpen))
    let before: HTMLElement = item
    for (const record of row.records) {
      const id = `${row.id} ${record.id}`
      if (!isOpen) {
        this.#items.get(id)?.remove()
        this.#items.delete(id)
        continue
      }
      const child = this.#item(id, '2')
      child.hidden = item.hidden
      this.#fill(child, record, recordSummary(record))
      if (before.nextElementSibling !== child) before.after(child)
      before = child
    }
  }

  #item(id: string, level: '1' | '2'): HTMLLIElement {
    const known = this.#items.get(id)
    if (known) return known
    const item = element('li', {
      class: 'row',
      role: 'treeitem',
      'aria-level': level,
      tabindex: this.#items.size === 0 ? '0' : '-1',
      'data-level': level,
      'data-id': id,
    })
    this.#items.set(id, item)
    return item
  }

  #fill(item: HTMLLIElement, record: RequestRecord, summary: RowSummary): void {
    const { outcome, operation, status, note, bytes, milliseconds, progress, parts } = summary
    const phone = this.#phones.indexOf(record.who)
    const cells = [
      textElement('mark', '', 'span'),
      textElement('who', record.who, 'span'),
      textElement('operation', operation, 'span'),
      textElement('status', status || '…', 'span'),
      keyCell(record.key, note),
      textElement('size', bytes > 0 ? formatSize(bytes) : '', 'span'),
      textElement('time', milliseconds === undefined ? '' : formatDuration(milliseconds), 'span'),
    ]
    if (parts > 0) {
      cells[2]?.append(textElement('parts', t(`${parts} parts`, `${parts} 个分块`), 'span'))
    }
    if (progress !== undefined) {
      const percent = Math.floor(progress * 100)
      const bar = element('progress', { max: '100', value: String(percent) })
      bar.setAttribute('aria-label', `${percent}%`)
      cells[3]?.replaceChildren(bar, `${percent}%`)
    }
    item.title = `${formatTime(record.time)}  ${record.key}${note ? `\n${note}` : ''}`
    item.className = `row ${outcome}`
    item.dataset.phone = String(phone)
    item.dataset.record = record.id
    item.replaceChildren(...cells)
    this.#mark(item)
  }

  #addOperation(operation: string): void {
    if ([...this.#operation.options].some(({ value }) => value === operation)) return
    this.#operation.add(new Option(operation, operation))
  }

  #matches(row: RequestRow, { outcome, operation }: RowSummary): boolean {
    const [first] = row.records
    const text = this.#search.value.trim().toLowerCase()
    return (
      (this.#phone === '' || first?.who === this.#phone) &&
      (this.#outcome.value === '' ||
        outcome === this.#outcome.value ||
        // An upload that continued after a failure.
        row.records.some((record) => outcomeOf(record) === this.#outcome.value)) &&
      (this.#operation.value === '' || operation === this.#operation.value) &&
      (text === '' || `${first?.key} ${first?.url} ${first?.code}`.toLowerCase().includes(text))
    )
  }

  #filter(): void {
    for (const row of this.#model.rows.values()) this.#drawRow(row)
    this.#drawCount()
  }

  #drawCount(): void {
    const shown = [...this.#model.rows.keys()].filter((id) => !this.#items.get(id)?.hidden).length
    const all = this.#model.rows.size
    this.#count.textContent =
      shown === all ? t(`${all} requests`, `${all} 个请求`) : `${shown} / ${all}`
  }

  #onClick(event: MouseEvent): void {
    const item = event.target instanceof Element ? event.target.closest('li') : null
    if (!item) return
    this.#focus(item)
    if (event.target instanceof Element && event.target.closest('.mark')) this.#toggle(item)
    else this.#open(item)
  }

  #onKey(event: KeyboardEvent): void {
    const item = event.target instanceof Element ? event.target.closest('li') : null
    if (!item) return
    const visible = [...this.#list.querySelectorAll('li')].filter((item) => !item.hidden)
    const at = visible.indexOf(item)
    const moves: Record<string, () => void> = {
      ArrowDown: () => this.#focus(visible[at + 1]),
      ArrowUp: () => this.#focus(visible[at - 1]),
      Home: () => this.#focus(visible[0]),
      End: () => this.#focus(visible.at(-1)),
      ArrowRight: () => this.#toggle(item, true),
      ArrowLeft: () => this.#toggle(item, false),
      Enter: () => this.#open(item),
      ' ': () => this.#open(item),
      Escape: () => this.#select(undefined),
    }
    const move = moves[event.key]
    if (!move) return
    event.preventDefault()
    move()
  }

  /** The list is one stop of the tab key; arrows move within it. */
  #focus(item: HTMLElement | undefined): void {
    if (!item) return
    this.#list.querySelector('li[tabindex="0"]')?.setAttribute('tabindex', '-1')
    item.tabIndex = 0
    item.focus()
  }

  #toggle(item: HTMLElement, isOpen?: boolean): void {
    const row = this.#findRow(item)
    if (!row?.isUpload || item.dataset.level === '2') return
    if (isOpen ?? !this.#opened.has(row.id)) this.#opened.add(row.id)
    else this.#opened.delete(row.id)
    this.#drawRow(row)
  }

  #findRow(item: HTMLElement): RequestRow | undefined {
    return this.#model.rows.get((item.dataset.id ?? '').split(' ')[0] ?? '')
  }

  #open(item: HTMLElement): void {
    const row = this.#findRow(item)
    if (!row) return
    const record = row.records.find(({ id }) => id === item.dataset.record)
    if (item.dataset.level === '1') this.#toggle(item, true)
    this.#select(record && { row, record })
  }

  #select(selected: { row: RequestRow; record: RequestRecord } | undefined): void {
    const previous = this.#selected?.row
    this.#selected = selected
    this.#details.hidden = !selected
    for (const row of new Set([previous, selected?.row])) {
      if (row && this.#model.rows.has(row.id)) this.#drawRow(row)
    }
    for (const item of this.#items.values()) this.#mark(item)
    this.#drawDetails()
  }

  #mark(item: HTMLElement): void {
    const isSelected = this.#selected?.record.id === item.dataset.record
    item.classList.toggle('selected', isSelected)
    item.setAttribute('aria-selected', String(isSelected))
  }

  #drawDetails(): void {
    if (!this.#selected) {
      this.#details.replaceChildren()
      return
    }
    const { record } = this.#selected
    const close = textElement('close', '✕', 'button')
    close.setAttribute('aria-label', t('Close', '关闭'))
    close.addEventListener('click', () => this.#select(undefined))
    const isClosed = new Set(
      [...this.#details.querySelectorAll('details:not([open])')].map(
        (section) => section.querySelector('summary')?.textContent,
      ),
    )
    const { scrollTop } = this.#details
    this.#details.replaceChildren(close, ...renderDetails(record))
    for (const section of this.#details.querySelectorAll('details')) {
      if (isClosed.has(section.querySelector('summary')?.textContent)) section.open = false
    }
    this.#details.scrollTop = scrollTop
  }
}

/** A long key is cut off in its middle: its end identifies it. */
function keyCell(key: string, note: string): HTMLElement {
  const cell = element('span', { class: 'key' })
  const name = key.slice(key.lastIndexOf('/', key.length - 2) + 1)
  cell.append(
    textElement('key-folder', key.slice(0, key.length - name.length), 'span'),
    textElement('key-name', name, 'span'),
  )
  if (note) cell.append(textElement('note', note, 'span'))
  return cell
}

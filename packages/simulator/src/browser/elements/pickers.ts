import { textElement } from '../dom'
import { isChinese } from '../settings'
import { showLayer } from '../wx/interaction'
import { createShadow, FormField, WxElement } from './base'

const two = (value: number) => String(value).padStart(2, '0')
const numbers = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i)
const indexIn = (items: string[], text: string) => Math.max(0, items.indexOf(text))

/** A few regions, as WeChat's list is its own. */
const REGIONS: Record<string, Record<string, string[]>> = {
  广东省: { 广州市: ['海珠区', '天河区', '越秀区'], 深圳市: ['南山区', '福田区', '宝安区'] },
  北京市: { 北京市: ['东城区', '西城区', '海淀区'] },
  上海市: { 上海市: ['黄浦区', '徐汇区', '浦东新区'] },
}

/** The columns of one mode of `<picker>`, and the value for the chosen rows. */
interface Mode {
  columns: (rows: number[]) => string[][]
  rows: () => number[]
  detail: (rows: number[]) => { value: unknown } & Record<string, unknown>
}

/** `<picker>`: selector, multiSelector, time, date, region; change, cancel, columnchange. */
export class WxPicker extends FormField {
  #rows: number[] | undefined

  constructor() {
    super()
    this.addEventListener('click', () => void this.#open())
  }

  get fieldValue(): unknown {
    return this.#rows ? this.#mode().detail(this.#rows).value : (this.raw('value') ?? null)
  }

  resetField(): void {
    this.#rows = undefined
  }

  async #open(): Promise<void> {
    if (this.flag('disabled')) return
    const mode = this.#mode()
    const rows = await showPicker({
      title: this.text('header-text'),
      rows: mode.rows(),
      columns: mode.columns,
      onColumnChange: (column, value) => this.emit('columnchange', { column, value }),
    })
    if (!rows) {
      this.emit('cancel', {})
      return
    }
    this.#rows = rows
    const detail = mode.detail(rows)
    this.updateModel('value', detail.value)
    this.emit('change', detail)
  }

  #mode(): Mode {
    const modes: Record<string, () => Mode> = {
      multiSelector: () => this.#multiSelector(),
      time: () => this.#time(),
      date: () => this.#date(),
      region: () => this.#region(),
    }
    return (modes[this.text('mode')] ?? (() => this.#selector()))()
  }

  #texts(items: unknown): string[] {
    const key = this.text('range-key')
    const list = Array.isArray(items) ? items : []
    return list.map((item) => String(key ? (item as Record<string, unknown>)[key] : item))
  }

  #selector(): Mode {
    return {
      columns: () => [this.#texts(this.raw('range'))],
      rows: () => [Math.max(0, this.number('value', 0))],
      detail: ([row = 0]) => ({ value: String(row) }),
    }
  }

  #multiSelector(): Mode {
    return {
      // Read again for each changed column, because apps set another range on `columnchange`.
      columns: () => this.list('range').map((items) => this.#texts(items)),
      rows: () => this.list('range').map((_, i) => Number(this.list('value')[i] ?? 0)),
      detail: (rows) => ({ value: rows }),
    }
  }

  #time(): Mode {
    const [hours, minutes] = [numbers(0, 23).map(two), numbers(0, 59).map(two)]
    return {
      columns: () => [hours, minutes],
      rows: () => {
        const [hour = '', minute = ''] = this.text('value', '00:00').split(':')
        return [indexIn(hours, hour), indexIn(minutes, minute)]
      },
      detail: ([hour = 0, minute = 0]) => ({ value: `${hours[hour]}:${minutes[minute]}` }),
    }
  }

  #date(): Mode {
    const fields = this.text('fields', 'day')
    const now = new Date()
    const first = Number(this.text('start').slice(0, 4)) || now.getFullYear() - 60
    const last = Number(this.text('end').slice(0, 4)) || now.getFullYear() + 20
    const years = numbers(first, last).map(String)
    const months = numbers(1, 12).map(two)
    const days = ([year = 0, month = 0]: number[]) =>
      numbers(1, new Date(first + year, month + 1, 0).getDate()).map(two)
    const count = { year: 1, month: 2 }[fields] ?? 3
    return {
      columns: (rows) => [years, months, days(rows)].slice(0, count),
      rows: () => {
        const today = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
        const [year = '', month = '01', day = '01'] = this.text('value', today).split('-')
        const rows = [indexIn(years, year), indexIn(months, month)]
        return [...rows, indexIn(days(rows), day)].slice(0, count)
      },
      detail: (rows) => {
        const texts = [years, months, days(rows)].slice(0, count)
        return { value: texts.map((items, i) => items[rows[i] ?? 0]).join('-') }
      },
    }
  }

  #region(): Mode {
    const provinces = Object.keys(REGIONS)
    const columns = ([province = 0, city = 0]: number[]) => {
      const cities = REGIONS[provinces[province] ?? ''] ?? {}
      const names = Object.keys(cities)
      return [provinces, names, cities[names[city] ?? ''] ?? []]
    }
    return {
      columns,
      rows: () => {
        const [province = '', city = '', district = ''] = this.list('value').map(String)
        const rows = [indexIn(provinces, province)]
        rows.push(indexIn(columns(rows)[1] ?? [], city))
        return [...rows, indexIn(columns(rows)[2] ?? [], district)]
      },
      detail: (rows) => ({
        value: columns(rows).map((items, i) => items[rows[i] ?? 0]),
        code: ['', '', ''],
        postcode: '',
      }),
    }
  }
}

interface PickerOptions {
  title: string
  /** The chosen row of each column at first. */
  rows: number[]
  /** The texts of all columns, which may depend on the chosen rows. */
  columns: (rows: number[]) => string[][]
  onColumnChange: (column: number, row: number) => void
}

/** The sheet of `<picker>`. @returns the chosen rows; undefined when cancelled */
function showPicker(options: PickerOptions): Promise<number[] | undefined> {
  const { title } = options
  const rows = [...options.rows]
  return new Promise((resolve) => {
    const { element, close } = showLayer('dim')
    const sheet = textElement('sheet picker', '')
    sheet.setAttribute('role', 'dialog')
    const end = (chosen: number[] | undefined) => {
      close()
      resolve(chosen)
    }
    const head = textElement('picker-head', '')
    const cancel = textElement('picker-cancel', isChinese ? '取消' : 'Cancel', 'button')
    const confirm = textElement('picker-confirm', isChinese ? '确定' : 'OK', 'button')
    cancel.addEventListener('click', () => end(undefined))
    confirm.addEventListener('click', () => end(rows))
    head.append(cancel, textElement('picker-title', title), confirm)
    const place = textElement('picker-columns', '')
    const draw = () => {
      const lists = options.columns(rows).map((texts, column) => {
        rows[column] = Math.min(rows[column] ?? 0, Math.max(0, texts.length - 1))
        const list = document.createElement('select')
        list.size = 6
        list.setAttribute('aria-label', String(column + 1))
        list.append(...texts.map((text) => new Option(text)))
        list.selectedIndex = rows[column] ?? 0
        list.addEventListener('change', () => {
          rows[column] = list.selectedIndex
          options.onColumnChange(column, list.selectedIndex)
          // The app may have set other texts for the following columns.
          setTimeout(draw)
        })
        return list
      })
      place.replaceChildren(...lists)
    }
    draw()
    sheet.append(head, place)
    element.append(sheet)
    element.addEventListener('click', (event) => {
      if (event.target === element) end(undefined)
    })
  })
}

const ROW_HEIGHT = 34

/** `<picker-view>`: value, indicator-style; change, pickstart, pickend. */
export class WxPickerView extends WxElement {
  static observedAttributes = ['value', 'indicator-style']

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{position:relative;display:flex;overflow:hidden}#line{position:absolute;top:50%;right:0;left:0;' +
        `height:${ROW_HEIGHT}px;margin-top:-${ROW_HEIGHT / 2}px;border:solid #8883;border-width:1px 0;pointer-events:none}` +
        '</style><slot></slot><div id="line"></div>',
    )
  }

  get #columns(): WxPickerViewColumn[] {
    return [...this.querySelectorAll<WxPickerViewColumn>('wx-picker-view-column')]
  }

  report(): void {
    const value = this.#columns.map(({ row }) => row)
    this.updateModel('value', value)
    this.emit('change', { value })
  }

  protected override update(): void {
    const line = this.inner('line')
    line.style.cssText = this.text('indicator-style')
    // Columns and their rows are created after the element.
    setTimeout(() => {
      const value = this.list('value')
      for (const [i, column] of this.#columns.entries()) column.scrollToRow(Number(value[i] ?? 0))
    })
  }
}

export class WxPickerViewColumn extends WxElement {
  #timer: ReturnType<typeof setTimeout> | undefined
  #row = 0

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{flex:1;overflow:hidden auto;scroll-snap-type:y mandatory;scrollbar-width:none;text-align:center}' +
        `div{height:calc(50% - ${ROW_HEIGHT / 2}px)}::slotted(*){height:${ROW_HEIGHT}px;` +
        'overflow:hidden;scroll-snap-align:center}</style><div></div><slot></slot><div></div>',
    )
    this.addEventListener('scroll', () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(() => {
        const row = Math.round(this.scrollTop / this.#rowHeight)
        if (row === this.#row) return
        this.#row = row
        this.closest<WxPickerView>('wx-picker-view')?.report()
      }, 80)
    })
  }

  get row(): number {
    return this.#row
  }

  get #rowHeight(): number {
    const [first] = this.children
    return (first instanceof HTMLElement && first.offsetHeight) || ROW_HEIGHT
  }

  scrollToRow(row: number): void {
    this.#row = row
    this.scrollTop = row * this.#rowHeight
  }
}

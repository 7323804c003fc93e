import { createShadow, FormField, shadowAround } from './base'

type Control = HTMLInputElement | HTMLTextAreaElement

/** `type` of `<input>` in the browser's terms. */
const INPUT_MODES: Record<string, string> = { number: 'numeric', digit: 'decimal', idcard: 'text' }

/** `<input>` and `<textarea>`: value, placeholder, focus; input, confirm, focus, blur. */
abstract class WxField extends FormField {
  static observedAttributes =
    'value placeholder disabled maxlength focus auto-focus password type auto-height'.split(' ')
  protected readonly field: Control

  constructor(field: 'input' | 'textarea') {
    super()
    this.field = shadowAround(
      this,
      field,
      `:host{display:block;height:${field === 'input' ? '1.4em' : '150px'};overflow:hidden;cursor:text}` +
        `:host([auto-height]){height:auto}` +
        `${field}{all:unset;display:block;width:100%;height:100%;box-sizing:border-box;cursor:text;` +
        'white-space:pre-wrap;overflow-wrap:anywhere;field-sizing:fixed}' +
        ':host([auto-height]) textarea{field-sizing:content;min-height:1.4em}' +
        '::placeholder{color:inherit;opacity:.4}',
    )
    const detail = () => ({ value: this.field.value, cursor: this.field.selectionEnd ?? 0 })
    this.field.addEventListener('input', () => {
      this.updateModel('value', this.field.value)
      this.emit('input', { ...detail(), keyCode: 0 })
    })
    this.field.addEventListener('focus', () => this.emit('focus', { ...detail(), height: 0 }))
    this.field.addEventListener('blur', () => this.emit('blur', detail()))
    this.field.addEventListener('keydown', (event) => {
      if ((event as KeyboardEvent).key === 'Enter' && field === 'input') {
        this.emit('confirm', detail())
      }
    })
  }

  get fieldValue(): string {
    return this.field.value
  }

  resetField(): void {
    this.field.value = ''
    this.updateModel('value', '')
  }

  override activate(): void {
    this.field.focus()
  }

  protected override update(name?: string): void {
    if (!name || name === 'value') {
      const value = this.raw('value')
      const text = value === undefined || value === null ? '' : String(value)
      if (text !== this.field.value) this.field.value = text
    }
    this.field.placeholder = this.text('placeholder')
    this.field.disabled = this.flag('disabled')
    const limit = this.number('maxlength', 140)
    if (limit >= 0) this.field.maxLength = limit
    else this.field.removeAttribute('maxlength')
    if (this.field instanceof HTMLInputElement) {
      const isPassword = this.flag('password') || this.text('type') === 'safe-password'
      this.field.type = isPassword ? 'password' : 'text'
      this.field.inputMode = INPUT_MODES[this.text('type')] ?? 'text'
    }
    const isFocusChange = !name || name === 'focus' || name === 'auto-focus'
    if (isFocusChange && (this.flag('focus') || this.flag('auto-focus'))) this.field.focus()
  }
}

export class WxInput extends WxField {
  constructor() {
    super('input')
  }
}

export class WxTextarea extends WxField {
  constructor() {
    super('textarea')
  }
}

/** `<switch>`: checked, disabled, color, type; change. */
export class WxSwitch extends FormField {
  static observedAttributes = ['checked', 'disabled', 'color', 'type']
  #isOn = false

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:inline-block}#track{width:52px;height:32px;border-radius:16px;position:relative;' +
        'transition:background .1s}#knob{position:absolute;top:1px;left:1px;width:30px;height:30px;' +
        'border-radius:15px;background:#fff;box-shadow:0 1px 3px rgba(0,0,0,.4);transition:transform .2s}' +
        '#box{display:none;width:22px;height:22px;border:1px solid #d1d1d1;border-radius:3px;color:#04be02;' +
        'text-align:center;line-height:22px}:host([type=checkbox]) #track{display:none}' +
        ':host([type=checkbox]) #box{display:block}</style>' +
        '<div id="track"><div id="knob"></div></div><div id="box"></div>',
    )
    this.addEventListener('click', () => {
      if (this.flag('disabled')) return
      this.#set(!this.#isOn)
      this.emit('change', { value: this.#isOn }, true)
    })
  }

  get fieldValue(): boolean {
    return this.#isOn
  }

  resetField(): void {
    this.#set(false)
  }

  protected override update(name?: string): void {
    if (!name || name === 'checked') this.#isOn = this.flag('checked')
    this.#draw()
  }

  #set(isOn: boolean): void {
    this.#isOn = isOn
    this.#draw()
    this.updateModel('checked', isOn)
  }

  #draw(): void {
    this.inner('track').style.background = this.#isOn ? this.text('color', '#04be02') : '#dfdfdf'
    this.inner('knob').style.transform = this.#isOn ? 'translateX(20px)' : ''
    this.inner('box').textContent = this.#isOn ? '✓' : ''
    this.setAttribute('aria-checked', String(this.#isOn))
  }
}

/** `<slider>`: min, max, step, value, show-value, colours; changing, change. */
export class WxSlider extends FormField {
  static observedAttributes =
    'min max step value disabled show-value active-color activecolor block-size'.split(' ')
  readonly #range: HTMLInputElement

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:block;margin:10px 18px;padding:0}div{display:flex;align-items:center;gap:12px}' +
        'input{flex:1;min-width:0;accent-color:var(--active,#1aad19)}</style>' +
        '<div><input type="range" id="range"><span id="value"></span></div>',
    )
    this.#range = this.inner('range') as HTMLInputElement
    this.#range.addEventListener('input', () => {
      this.#draw()
      this.emit('changing', { value: this.fieldValue })
    })
    this.#range.addEventListener('change', () => {
      this.updateModel('value', this.fieldValue)
      this.emit('change', { value: this.fieldValue })
    })
  }

  get fieldValue(): number {
    return Number(this.#range.value)
  }

  resetField(): void {
    this.#range.value = this.#range.min
    this.#draw()
    this.updateModel('value', this.fieldValue)
  }

  protected override update(name?: string): void {
    this.#range.min = this.text('min', '0')
    this.#range.max = this.text('max', '100')
    this.#range.step = this.text('step', '1')
    this.#range.disabled = this.flag('disabled')
    if (!name || name === 'value') this.#range.value = this.text('value', this.#range.min)
    const colour = this.text('active-color') || this.text('activecolor') || '#1aad19'
    this.style.setProperty('--active', colour)
    this.#draw()
  }

  #draw(): void {
    this.inner('value').textContent = this.flag('show-value') ? this.#range.value : ''
  }
}

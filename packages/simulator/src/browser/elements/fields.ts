import { shadowOf, WxElement } from './base'

type Field = HTMLInputElement | HTMLTextAreaElement

/** `<input>` and `<textarea>`: value, placeholder, focus; input, confirm, focus, blur. */
abstract class WxField extends WxElement {
  static observedAttributes = ['value', 'placeholder', 'disabled', 'maxlength', 'focus', 'password']
  protected readonly field: Field

  constructor(field: 'input' | 'textarea') {
    super()
    const root = shadowOf(
      this,
      `<style>:host{display:block;height:${field === 'input' ? '1.4em' : '150px'};overflow:hidden}` +
        `${field}{all:unset;display:block;width:100%;height:100%;box-sizing:border-box;cursor:text}` +
        `::placeholder{color:inherit;opacity:.4}</style><${field}></${field}>`,
    )
    this.field = root.querySelector(field) as Field
    const detail = () => ({ value: this.field.value, cursor: this.field.selectionEnd ?? 0 })
    this.field.addEventListener('input', () => {
      this.updateModel('value', this.field.value)
      this.emit('input', detail())
    })
    this.field.addEventListener('focus', () => this.emit('focus', { ...detail(), height: 0 }))
    this.field.addEventListener('blur', () => this.emit('blur', detail()))
    this.field.addEventListener('keydown', (event) => {
      if ((event as KeyboardEvent).key === 'Enter' && field === 'input') {
        this.emit('confirm', detail())
      }
    })
  }

  protected update(name?: string): void {
    if (!name || name === 'value') this.field.value = this.text('value')
    this.field.placeholder = this.text('placeholder')
    this.field.disabled = this.flag('disabled')
    const limit = this.number('maxlength', 140)
    if (limit >= 0) this.field.maxLength = limit
    else this.field.removeAttribute('maxlength')
    if (this.field instanceof HTMLInputElement) {
      this.field.type = this.flag('password') ? 'password' : 'text'
    }
    if (this.flag('focus')) this.field.focus()
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

/** `<switch>`: checked, disabled, color; change. */
export class WxSwitch extends WxElement {
  static observedAttributes = ['checked', 'disabled', 'color']
  #isOn = false
  readonly #root = shadowOf(
    this,
    '<style>:host{display:inline-block}#track{width:52px;height:32px;border-radius:16px;position:relative;' +
      'transition:background .1s}#knob{position:absolute;top:1px;left:1px;width:30px;height:30px;' +
      'border-radius:15px;background:#fff;box-shadow:0 1px 3px rgba(0,0,0,.4);transition:transform .2s}</style>' +
      '<div id="track"><div id="knob"></div></div>',
  )

  constructor() {
    super()
    this.addEventListener('click', () => {
      if (this.flag('disabled')) return
      this.#isOn = !this.#isOn
      this.#draw()
      this.updateModel('checked', this.#isOn)
      this.emit('change', { value: this.#isOn }, true)
    })
  }

  protected update(): void {
    this.#isOn = this.flag('checked')
    this.#draw()
  }

  #draw(): void {
    const part = (id: string) => this.#root.getElementById(id) as HTMLElement
    part('track').style.background = this.#isOn ? this.text('color', '#04be02') : '#dfdfdf'
    part('knob').style.transform = this.#isOn ? 'translateX(20px)' : ''
  }
}

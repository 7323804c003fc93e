import { shadowOf, WxElement } from './wxElement'

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
      this.tellModel('value', this.field.value)
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

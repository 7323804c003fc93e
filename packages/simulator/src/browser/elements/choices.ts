import { FormField, shadowOf, WxElement } from './base'

/** `<radio>` and `<checkbox>`: value, checked, disabled, color; the group reports the change. */
abstract class WxChoice extends WxElement {
  static observedAttributes = ['value', 'checked', 'disabled', 'color']
  #isChecked = false

  constructor(radius: string) {
    super()
    shadowOf(
      this,
      '<style>:host{display:inline-block;cursor:pointer}#mark{display:inline-block;box-sizing:border-box;width:22px;' +
        `height:22px;margin-right:5px;border:1px solid #d1d1d1;border-radius:${radius};background:#fff;` +
        'color:#09bb07;font-size:15px;line-height:20px;text-align:center;vertical-align:middle}</style>' +
        '<span id="mark"></span><slot></slot>',
    )
    this.addEventListener('click', () => this.activate())
  }

  get isChecked(): boolean {
    return this.#isChecked
  }

  get value(): string {
    return this.text('value')
  }

  /** A tap on the element or on its label. */
  activate(): void {
    if (!this.flag('disabled')) this.group?.choose(this)
  }

  check(isChecked: boolean): void {
    this.#isChecked = isChecked
    const mark = this.inner('mark')
    mark.textContent = isChecked ? '✓' : ''
    const colour = this.text('color', '#09bb07')
    const isFilled = isChecked && this instanceof WxRadio
    mark.style.color = isFilled ? '#fff' : colour
    mark.style.background = isFilled ? colour : '#fff'
    this.setAttribute('aria-checked', String(isChecked))
  }

  protected get group(): WxChoiceGroup | null {
    return this.closest('wx-radio-group, wx-checkbox-group')
  }

  protected override update(name?: string): void {
    if (!name || name === 'checked') this.check(this.flag('checked'))
  }
}

export class WxRadio extends WxChoice {
  constructor() {
    super('50%')
  }
}

export class WxCheckbox extends WxChoice {
  constructor() {
    super('3px')
  }

  override activate(): void {
    if (this.group) super.activate()
    else if (!this.flag('disabled')) this.check(!this.isChecked)
  }
}

/** `<radio-group>` and `<checkbox-group>`: change. */
abstract class WxChoiceGroup extends FormField {
  protected abstract readonly tag: string

  protected get choices(): WxChoice[] {
    return [...this.querySelectorAll<WxChoice>(this.tag)]
  }

  abstract choose(choice: WxChoice): void

  resetField(): void {
    for (const choice of this.choices) choice.check(false)
    this.updateModel('value', this.fieldValue)
  }

  protected report(): void {
    this.updateModel('value', this.fieldValue)
    this.emit('change', { value: this.fieldValue })
  }
}

export class WxRadioGroup extends WxChoiceGroup {
  protected readonly tag = 'wx-radio'

  get fieldValue(): string {
    return this.choices.find(({ isChecked }) => isChecked)?.value ?? ''
  }

  choose(chosen: WxChoice): void {
    if (chosen.isChecked) return
    for (const choice of this.choices) choice.check(choice === chosen)
    this.report()
  }
}

export class WxCheckboxGroup extends WxChoiceGroup {
  protected readonly tag = 'wx-checkbox'

  get fieldValue(): string[] {
    return this.choices.filter(({ isChecked }) => isChecked).map(({ value }) => value)
  }

  choose(chosen: WxChoice): void {
    chosen.check(!chosen.isChecked)
    this.report()
  }
}

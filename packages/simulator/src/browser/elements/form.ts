import { callApi, createShadow, FormField, nodeOf, WxElement } from './base'

/** A component with the behavior `wx://form-field`, whose properties are `name` and `value`. */
function componentField(element: Element): { name: string; value: unknown } | undefined {
  const data = nodeOf(element)?.data ?? {}
  const { name, value } = data
  return typeof name === 'string' && name !== '' && 'value' in data ? { name, value } : undefined
}

/** `<form>`: submit and reset, by buttons with `form-type`. */
export class WxForm extends WxElement {
  submit(): void {
    const value: Record<string, unknown> = {}
    for (const element of this.querySelectorAll('*')) {
      if (element instanceof FormField) {
        const name = element.getAttribute('name')
        if (name) value[name] = element.fieldValue
      } else if (element.hasAttribute('wx-host')) {
        const field = componentField(element)
        if (field) value[field.name] = field.value
      }
    }
    const target = { id: this.id, dataset: nodeOf(this)?.dataset ?? {} }
    this.emit('submit', { value, formId: 'the formId is a mock one', target })
  }

  reset(): void {
    for (const element of this.querySelectorAll('*')) {
      if (element instanceof FormField) element.resetField()
    }
    this.emit('reset', {})
  }
}

/** What `<button open-type>` calls, and the event it reports. */
const OPEN_TYPES: Record<string, { event: string; detail: () => Promise<object> }> = {
  getUserInfo: { event: 'getuserinfo', detail: () => callApi('getUserInfo', {}) },
  getPhoneNumber: {
    event: 'getphonenumber',
    detail: async () => ({ errMsg: 'getPhoneNumber:ok', code: 'preview' }),
  },
  getRealtimePhoneNumber: {
    event: 'getrealtimephonenumber',
    detail: async () => ({ errMsg: 'getRealtimePhoneNumber:ok', code: 'preview' }),
  },
  chooseAvatar: {
    event: 'chooseavatar',
    async detail() {
      const chosen = await callApi('chooseMedia', { count: 1, mediaType: ['image'] })
      const { tempFiles } = chosen as { tempFiles: { tempFilePath: string }[] }
      return { avatarUrl: tempFiles[0]?.tempFilePath ?? '' }
    },
  },
  openSetting: { event: 'opensetting', detail: () => callApi('getSetting', {}) },
  agreePrivacyAuthorization: {
    event: 'agreeprivacyauthorization',
    detail: () => callApi('__agreePrivacyAuthorization', {}),
  },
}

/** `<button>`: form-type, open-type. */
export class WxButton extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', () => this.activate())
  }

  activate(): void {
    if (this.flag('disabled')) return
    const form = this.closest<WxForm>('wx-form')
    const type = this.text('form-type') || this.text('formtype')
    if (type === 'submit') form?.submit()
    if (type === 'reset') form?.reset()
    void this.#open(this.text('open-type')).catch(() => {})
  }

  /** Several types may be given, separated by `|`. */
  async #open(types: string): Promise<void> {
    for (const name of types.split('|').filter(Boolean)) {
      const type = OPEN_TYPES[name]
      if (type) this.emit(type.event, await type.detail())
      else console.warn(`<button open-type="${name}"> does nothing in the preview`)
    }
  }
}

/** `<label>`: a tap is one on the field inside it, or on the one that `for` names. */
export class WxLabel extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', ({ target }) => {
      const field = this.#field()
      const isOnField = field && target instanceof Node && field.contains(target)
      if (field && !isOnField) field.activate()
    })
  }

  #field(): { activate(): void; contains(node: Node): boolean } | undefined {
    const id = this.text('for')
    const place = id ? this.closest('wx-page') : this
    const fields = [...(place?.querySelectorAll('*') ?? [])].filter(isActivatable)
    return id ? fields.find((field) => nodeOf(field)?.id === id) : fields[0]
  }
}

function isActivatable(element: Element): element is FormField | WxRadio | WxCheckbox | WxButton {
  return (
    element instanceof FormField ||
    element instanceof WxRadio ||
    element instanceof WxCheckbox ||
    element instanceof WxButton
  )
}

/** `<radio>` and `<checkbox>`: value, checked, disabled, color; the group reports the change. */
abstract class WxChoice extends WxElement {
  static observedAttributes = ['value', 'checked', 'disabled', 'color']
  #isChecked = false

  constructor(radius: string) {
    super()
    createShadow(
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

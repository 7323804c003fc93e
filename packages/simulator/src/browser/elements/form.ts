import { callApi, FormField, nodeOf, WxElement } from './base'
import { WxCheckbox, WxRadio } from './choices'

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

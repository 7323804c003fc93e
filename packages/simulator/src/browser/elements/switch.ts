import { shadowOf, WxElement } from './wxElement'

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
      this.tellModel('checked', this.#isOn)
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

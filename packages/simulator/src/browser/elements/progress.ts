import { shadowOf, WxElement } from './wxElement'

/** `<progress>`: percent, show-info, stroke-width, colours. */
export class WxProgress extends WxElement {
  static observedAttributes = [
    'percent',
    'show-info',
    'stroke-width',
    'active-color',
    'activeColor',
    'background-color',
    'backgroundColor',
    'border-radius',
  ].map((name) => name.toLowerCase())
  readonly #root = shadowOf(
    this,
    '<style>:host{display:flex;align-items:center}#bar{flex:1;overflow:hidden}' +
      '#done{height:100%;transition:width .15s linear}#info{margin-left:15px;font-size:16px}</style>' +
      '<div id="bar"><div id="done"></div></div><div id="info"></div>',
  )

  protected update(): void {
    const part = (id: string) => this.#root.getElementById(id) as HTMLElement
    const percent = Math.min(100, Math.max(0, this.number('percent', 0)))
    const colour = (name: string) => this.text(name) || this.text(name.replace('-', ''))
    part('bar').style.height = `${this.number('stroke-width', 6)}px`
    part('bar').style.borderRadius = `${this.number('border-radius', 0)}px`
    part('bar').style.background = colour('background-color') || '#ebebeb'
    part('done').style.background = colour('active-color') || '#09bb07'
    part('done').style.width = `${percent}%`
    part('info').textContent = this.flag('show-info') ? `${percent}%` : ''
    part('info').hidden = !this.flag('show-info')
  }
}

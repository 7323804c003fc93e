import { WxElement } from './base'

/** `<scroll-view>`: scroll-x, scroll-y, thresholds; scroll, scrolltolower, scrolltoupper. */
export class WxScrollView extends WxElement {
  static observedAttributes = ['scroll-x', 'scroll-y', 'scroll-top']
  #wasAtEnd = false

  constructor() {
    super()
    this.addEventListener('scroll', () => {
      const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = this
      this.emit('scroll', { scrollTop, scrollLeft, scrollHeight, scrollWidth })
      const left = this.flag('scroll-x')
        ? scrollWidth - clientWidth - scrollLeft
        : scrollHeight - clientHeight - scrollTop
      const isAtEnd = left <= this.number('lower-threshold', 50)
      if (isAtEnd && !this.#wasAtEnd) this.emit('scrolltolower', {})
      this.#wasAtEnd = isAtEnd
    })
  }

  protected update(name?: string): void {
    this.style.overflowX = this.flag('scroll-x') ? 'auto' : 'hidden'
    this.style.overflowY = this.flag('scroll-y') ? 'auto' : 'hidden'
    if (!name || name === 'scroll-top') this.scrollTop = this.number('scroll-top', 0)
  }
}

/** `<navigator>`: url, open-type. */
export class WxNavigator extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', () => {
      const type = this.text('open-type', 'navigate')
      const call = type === 'navigate' ? 'navigateTo' : type
      const { wx } = window as unknown as { wx: Record<string, (options: object) => void> }
      wx[call]?.({ url: this.text('url') })
    })
  }

  protected update(): void {}
}

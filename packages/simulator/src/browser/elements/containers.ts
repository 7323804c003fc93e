import { callApi, createShadow, nodeOf, shadowAround, WxElement, watchDrag } from './base'

/** `<scroll-view>`: scroll-x, scroll-y, thresholds, scroll-into-view, refresher; its scroll events. */
export class WxScrollView extends WxElement {
  static observedAttributes =
    'scroll-x scroll-y scroll-top scroll-left scroll-into-view refresher-triggered'.split(' ')
  #wasAtStart = true
  #wasAtEnd = false
  #last = { scrollTop: 0, scrollLeft: 0 }

  constructor() {
    super()
    this.addEventListener('scroll', () => this.#report())
  }

  #report(): void {
    const { scrollTop, scrollLeft, scrollHeight, scrollWidth, clientHeight, clientWidth } = this
    const deltaX = this.#last.scrollLeft - scrollLeft
    const deltaY = this.#last.scrollTop - scrollTop
    this.#last = { scrollTop, scrollLeft }
    const detail = { scrollTop, scrollLeft, scrollHeight, scrollWidth, deltaX, deltaY }
    this.emit('scroll', detail)
    this.callWorklet('onscrollupdate', { detail })
    const isHorizontal = this.flag('scroll-x')
    const before = isHorizontal ? scrollLeft : scrollTop
    const after = isHorizontal
      ? scrollWidth - clientWidth - scrollLeft
      : scrollHeight - clientHeight - scrollTop
    const isAtStart = before <= this.number('upper-threshold', 50)
    const isAtEnd = after <= this.number('lower-threshold', 50)
    if (isAtStart && !this.#wasAtStart) this.emit('scrolltoupper', { direction: 'top' })
    if (isAtEnd && !this.#wasAtEnd) this.emit('scrolltolower', { direction: 'bottom' })
    this.#wasAtStart = isAtStart
    this.#wasAtEnd = isAtEnd
  }

  protected override update(name?: string): void {
    this.style.overflowX = this.flag('scroll-x') ? 'auto' : 'hidden'
    this.style.overflowY = this.flag('scroll-y') ? 'auto' : 'hidden'
    if (!name || name === 'scroll-top') this.scrollTop = this.number('scroll-top', 0)
    if (!name || name === 'scroll-left') this.scrollLeft = this.number('scroll-left', 0)
    const target = this.text('scroll-into-view')
    if (name === 'scroll-into-view' && target) {
      const elements = [...this.querySelectorAll('*')]
      elements
        .find((element) => nodeOf(element)?.id === target)
        ?.scrollIntoView({ block: 'nearest' })
    }
  }
}

/** `<swiper>`: current, autoplay, interval, circular, vertical, indicator-dots; change, animationfinish. */
export class WxSwiper extends WxElement {
  static observedAttributes =
    'current autoplay interval vertical indicator-dots indicator-color indicator-active-color'.split(
      ' ',
    )
  readonly #track: HTMLElement
  #current = 0
  #source = ''
  #timer: ReturnType<typeof setInterval> | undefined
  #settle: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{position:relative;display:block;height:150px;overflow:hidden}' +
        '#track{display:flex;width:100%;height:100%;overflow:auto hidden;scroll-snap-type:x mandatory;scrollbar-width:none}' +
        ':host([vertical]) #track{flex-direction:column;overflow:hidden auto;scroll-snap-type:y mandatory}' +
        '::slotted(*){flex:none;width:100%;height:100%;scroll-snap-align:start;overflow:hidden}' +
        '#dots{position:absolute;bottom:10px;left:50%;display:flex;gap:8px;transform:translateX(-50%)}' +
        '#dots i{width:8px;height:8px;border-radius:50%}</style>' +
        '<div id="track"><slot></slot></div><div id="dots"></div>',
    )
    this.#track = this.inner('track')
    this.#track.addEventListener('scroll', () => this.#scrolled())
    this.shadowRoot?.querySelector('slot')?.addEventListener('slotchange', () => this.#draw())
    // A mouse cannot swipe a scroll container.
    watchDrag(this.#track, (x, y, isEnd) => {
      const distance = this.flag('vertical') ? y : x
      if (isEnd && Math.abs(distance) > 30) this.#go(this.#current - Math.sign(distance), 'touch')
    })
  }

  override connectedCallback(): void {
    super.connectedCallback()
    // Items are created after the element.
    setTimeout(() => this.#go(this.number('current', 0), '', 'instant'))
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer)
  }

  get #items(): HTMLElement[] {
    return [
      ...this.querySelectorAll<HTMLElement>(
        ':scope > wx-swiper-item, :scope > :not([data-missing]) > wx-swiper-item',
      ),
    ]
  }

  protected override update(name?: string): void {
    const current = this.number('current', 0)
    if (name === 'current' && current !== this.#current) this.#go(current, '')
    clearInterval(this.#timer)
    if (this.flag('autoplay')) {
      const interval = Math.max(100, this.number('interval', 5000))
      this.#timer = setInterval(() => this.#go(this.#current + 1, 'autoplay'), interval)
    }
    this.#draw()
  }

  #go(index: number, source: string, behavior: ScrollBehavior = 'smooth'): void {
    const count = this.#items.length
    if (count === 0) return
    const isCircular = this.flag('circular') || source === 'autoplay'
    const target = isCircular ? (index + count) % count : Math.min(Math.max(index, 0), count - 1)
    this.#source = source
    const { clientWidth, clientHeight } = this.#track
    const isVertical = this.flag('vertical')
    this.#track.scrollTo({
      left: isVertical ? 0 : target * clientWidth,
      top: isVertical ? target * clientHeight : 0,
      behavior,
    })
    this.#change(target)
  }

  /** After a swipe of the user, which the browser snaps to an item. */
  #scrolled(): void {
    clearTimeout(this.#settle)
    this.#settle = setTimeout(() => {
      const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.#track
      const position = this.flag('vertical')
        ? scrollTop / Math.max(clientHeight, 1)
        : scrollLeft / Math.max(clientWidth, 1)
      const index = Math.round(position)
      if (index !== this.#current) {
        this.#source = 'touch'
        this.#change(index)
      }
      this.emit('animationfinish', this.#detail())
    }, 120)
  }

  #detail(): object {
    const item = this.#items[this.#current]
    const currentItemId = item?.getAttribute('item-id') ?? ''
    return { current: this.#current, currentItemId, source: this.#source }
  }

  #change(index: number): void {
    if (index === this.#current) return
    this.#current = index
    this.#draw()
    this.updateModel('current', index)
    this.emit('change', this.#detail())
  }

  #draw(): void {
    const dots = this.inner('dots')
    if (!this.flag('indicator-dots')) {
      dots.replaceChildren()
      return
    }
    const colour = this.text('indicator-color', 'rgba(0,0,0,.3)')
    const active = this.text('indicator-active-color', '#000')
    dots.replaceChildren(
      ...this.#items.map((_, i) => {
        const dot = document.createElement('i')
        dot.style.background = i === this.#current ? active : colour
        return dot
      }),
    )
  }
}

/** `<movable-view>`: direction, x, y, disabled; change. It moves inside its `<movable-area>`. */
export class WxMovableView extends WxElement {
  static observedAttributes = ['x', 'y']
  #x = 0
  #y = 0

  constructor() {
    super()
    let from = { x: 0, y: 0 }
    watchDrag(this, (x, y, isEnd) => {
      if (this.flag('disabled')) return
      const direction = this.text('direction', 'none')
      const isFree = direction === 'all'
      this.#move(
        isFree || direction === 'horizontal' ? from.x + x : this.#x,
        isFree || direction === 'vertical' ? from.y + y : this.#y,
        'touch',
      )
      if (isEnd) from = { x: this.#x, y: this.#y }
    })
  }

  protected override update(): void {
    this.#move(this.number('x', 0), this.number('y', 0), '')
  }

  #move(x: number, y: number, source: string): void {
    const area = this.closest<HTMLElement>('wx-movable-area')
    const within = (value: number, own: number, all: number) =>
      this.flag('out-of-bounds')
        ? value
        : Math.min(Math.max(value, Math.min(0, all - own)), Math.max(0, all - own))
    this.#x = within(x, this.offsetWidth, area?.clientWidth ?? 0)
    this.#y = within(y, this.offsetHeight, area?.clientHeight ?? 0)
    this.style.transform = `translate(${this.#x}px, ${this.#y}px)`
    if (source) this.emit('change', { x: this.#x, y: this.#y, source })
  }
}

/** `<navigator>`: url, open-type, delta; success, fail. */
export class WxNavigator extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', () => void this.#open())
  }

  async #open(): Promise<void> {
    if (this.text('target') === 'miniProgram') {
      await this.#report(callApi('navigateToMiniProgram', { appId: this.text('app-id') }))
      return
    }
    const type = this.text('open-type', 'navigate')
    const name = type === 'navigate' ? 'navigateTo' : type === 'redirect' ? 'redirectTo' : type
    await this.#report(callApi(name, { url: this.text('url'), delta: this.number('delta', 1) }))
  }

  async #report(call: Promise<object>): Promise<void> {
    const [event, detail] = await call.then(
      (result) => ['success', result] as const,
      (failure: object) => ['fail', failure] as const,
    )
    this.emit(event, detail)
    this.emit('complete', detail)
  }
}

/** `<web-view>`: src in a frame over the whole page; load, error. Most sites refuse to be framed. */
export class WxWebView extends WxElement {
  static observedAttributes = ['src']
  readonly #frame = shadowAround(
    this,
    'iframe',
    ':host{position:absolute;inset:0;display:block;background:#fff}' +
      'iframe{width:100%;height:100%;border:0}',
  )

  constructor() {
    super()
    this.#frame.title = 'web-view'
    this.#frame.addEventListener('load', () => this.emit('load', { src: this.text('src') }))
  }

  protected override update(): void {
    this.#frame.src = this.text('src')
  }
}

/** `<page-container>`: show, position, round, overlay, z-index; its enter and leave events. */
export class WxPageContainer extends WxElement {
  static observedAttributes = 'show position round overlay z-index'.split(' ')
  #isShown = false

  constructor() {
    super()
    createShadow(
      this,
      '<style>#overlay{position:fixed;inset:0;background:#0006}#box{position:fixed;right:0;bottom:0;left:0;' +
        'max-height:100%;overflow:auto;background:#fff}:host([position=top]) #box{top:0;bottom:auto}' +
        ':host([position=center]) #box,:host([position=right]) #box{top:0}:host([round]) #box{border-radius:12px 12px 0 0}' +
        '</style><div id="overlay"></div><div id="box"><slot></slot></div>',
    )
    this.inner('overlay').addEventListener('click', () => {
      this.emit('clickoverlay')
      this.#set(false)
    })
  }

  protected override update(): void {
    this.style.zIndex = this.text('z-index', '100')
    this.inner('overlay').hidden = !this.flag('overlay', true)
    this.#set(this.flag('show'))
  }

  #set(isShown: boolean): void {
    this.style.display = isShown ? 'block' : 'none'
    if (isShown === this.#isShown) return
    this.#isShown = isShown
    const names = isShown
      ? ['beforeenter', 'enter', 'afterenter']
      : ['beforeleave', 'leave', 'afterleave']
    for (const name of names) this.emit(name)
  }
}

/** `<match-media>`: shows its content if the screen fits. */
export class WxMatchMedia extends WxElement {
  static observedAttributes =
    'min-width max-width width min-height max-height height orientation'.split(' ')

  protected override update(): void {
    const orientation = innerWidth > innerHeight ? 'landscape' : 'portrait'
    const isMatch =
      innerWidth >= this.number('min-width', 0) &&
      innerWidth <= this.number('max-width', Number.POSITIVE_INFINITY) &&
      innerWidth === this.number('width', innerWidth) &&
      innerHeight >= this.number('min-height', 0) &&
      innerHeight <= this.number('max-height', Number.POSITIVE_INFINITY) &&
      innerHeight === this.number('height', innerHeight) &&
      this.text('orientation', orientation) === orientation
    this.style.display = isMatch ? 'block' : 'none'
  }
}

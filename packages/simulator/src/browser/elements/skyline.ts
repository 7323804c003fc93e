import { WxElement } from './base'

/** `state` of a gesture (https://developers.weixin.qq.com/miniprogram/dev/framework/runtime/skyline/gesture.html). */
const STATE = { possible: 0, begin: 1, active: 2, end: 3, cancelled: 4 }
/** A pointer that moves further is no tap. Pixels. */
const MAX_MOVE = 10

/** Elements of Skyline that recognise a gesture of what is inside them. */
abstract class WxGestureHandler extends WxElement {
  protected last: PointerEvent | undefined
  protected start: PointerEvent | undefined

  constructor() {
    super()
    this.addEventListener('pointerdown', (event) => {
      this.start = event
      this.last = event
      this.began(event)
      const move = (moved: PointerEvent) => {
        this.moved(moved)
        this.last = moved
      }
      const end = (last: PointerEvent) => {
        listening.abort()
        // The browser takes over the pointer, for example to scroll.
        if (last.type === 'pointercancel') this.cancelled(last)
        else this.ended(last)
        this.start = undefined
      }
      const listening = new AbortController()
      const { signal } = listening
      window.addEventListener('pointermove', move, { signal })
      window.addEventListener('pointerup', end, { signal })
      window.addEventListener('pointercancel', end, { signal })
    })
  }

  protected began(_event: PointerEvent): void {}
  protected moved(_event: PointerEvent): void {}
  protected ended(_event: PointerEvent): void {}
  protected cancelled(_event: PointerEvent): void {}

  protected report(state: number, event: PointerEvent, more: object = {}): void {
    const { clientX: absoluteX, clientY: absoluteY } = event
    this.callWorklet('ongesture', { state, absoluteX, absoluteY, pointerCount: 1, ...more })
  }

  protected isTap(event: PointerEvent): boolean {
    const { clientX, clientY } = this.start ?? event
    return Math.hypot(event.clientX - clientX, event.clientY - clientY) <= MAX_MOVE
  }
}

export class WxTapGesture extends WxGestureHandler {
  protected override ended(event: PointerEvent): void {
    if (this.isTap(event)) this.report(STATE.end, event)
  }
}

export class WxDoubleTapGesture extends WxGestureHandler {
  #lastTap = 0

  protected override ended(event: PointerEvent): void {
    if (!this.isTap(event)) return
    if (event.timeStamp - this.#lastTap < 300) this.report(STATE.end, event)
    this.#lastTap = event.timeStamp
  }
}

export class WxLongPressGesture extends WxGestureHandler {
  #timer: ReturnType<typeof setTimeout> | undefined
  #isLong = false

  protected override began(event: PointerEvent): void {
    this.#isLong = false
    this.#timer = setTimeout(() => {
      this.#isLong = true
      this.report(STATE.begin, event)
    }, 500)
  }

  protected override moved(event: PointerEvent): void {
    if (!this.isTap(event)) clearTimeout(this.#timer)
  }

  protected override ended(event: PointerEvent): void {
    clearTimeout(this.#timer)
    if (this.#isLong) this.report(STATE.end, event)
  }

  protected override cancelled(event: PointerEvent): void {
    clearTimeout(this.#timer)
    if (this.#isLong) this.report(STATE.cancelled, event)
  }
}

/** `<pan-gesture-handler>`, and those for one direction. */
export class WxPanGesture extends WxGestureHandler {
  #isActive = false

  protected get isRecognised(): (x: number, y: number) => boolean {
    if (this.localName.includes('horizontal')) return (x, y) => Math.abs(x) > Math.abs(y)
    if (this.localName.includes('vertical')) return (x, y) => Math.abs(y) > Math.abs(x)
    return () => true
  }

  protected override began(event: PointerEvent): void {
    this.#isActive = false
    this.report(STATE.possible, event)
  }

  protected override moved(event: PointerEvent): void {
    const { start, last = event } = this
    if (!start) return
    const delta = { deltaX: event.clientX - last.clientX, deltaY: event.clientY - last.clientY }
    if (this.#isActive) {
      this.report(STATE.active, event, delta)
    } else if (
      !this.isTap(event) &&
      this.isRecognised(event.clientX - start.clientX, event.clientY - start.clientY)
    ) {
      this.#isActive = true
      this.report(STATE.begin, event, delta)
    }
  }

  protected override ended(event: PointerEvent): void {
    this.#reportLast(this.#isActive ? STATE.end : STATE.cancelled, event)
  }

  protected override cancelled(event: PointerEvent): void {
    this.#reportLast(STATE.cancelled, event)
  }

  #reportLast(state: number, event: PointerEvent): void {
    this.report(state, event, { deltaX: 0, deltaY: 0, velocityX: 0, velocityY: 0 })
  }
}

/** `<grid-view>`: cross-axis-count, cross-axis-gap, main-axis-gap. */
export class WxGridView extends WxElement {
  static observedAttributes = ['type', 'cross-axis-count', 'cross-axis-gap', 'main-axis-gap']

  protected override update(): void {
    const gap = (name: string) => `${this.number(name, 0)}px`
    const count = this.number('cross-axis-count', 2)
    const isMasonry = this.text('type') === 'masonry'
    Object.assign(this.style, {
      display: isMasonry ? 'block' : 'grid',
      columnGap: gap('cross-axis-gap'),
      rowGap: gap('main-axis-gap'),
      columnCount: isMasonry ? String(count) : '',
      gridTemplateColumns: `repeat(${count}, minmax(0, 1fr))`,
    })
  }
}

const LONG_PRESS_MS = 350
const MOVE = 10

interface Bound {
  __wxElement?: {
    triggerEvent(name: string, detail: object, options: object): void
    hasListener?: (name: string) => boolean
  }
}

/** `longpress`, which glass-easel leaves to the platform. A press that was long makes no tap. */
export function watchLongPress(place: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  let isLong = false
  place.addEventListener('pointerdown', ({ target, clientX: x, clientY: y }) => {
    isLong = false
    start = { x, y }
    clearTimeout(timer)
    timer = setTimeout(() => {
      const element = boundTo(target as Element | null)
      if (!element || !hasListener(target as Element)) return
      isLong = true
      element.triggerEvent('longpress', { x, y }, { bubbles: true, composed: true })
    }, LONG_PRESS_MS)
  })
  place.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (Math.abs(clientX - start.x) > MOVE || Math.abs(clientY - start.y) > MOVE) {
      clearTimeout(timer)
    }
  })
  // Before glass-easel's own listeners, which lie at the body.
  for (const end of ['mouseup', 'touchend']) {
    window.addEventListener(
      end,
      (event) => {
        clearTimeout(timer)
        if (isLong) event.stopPropagation()
      },
      { capture: true },
    )
  }
}

function boundTo(target: Element | null): Bound['__wxElement'] {
  for (let at: Element | null = target; at; at = at.parentElement) {
    const bound = (at as unknown as Bound).__wxElement
    if (bound) return bound
  }
  return undefined
}

/** Only where somebody listens does a long press replace the tap: marked by `data-longpress`. */
function hasListener(target: Element): boolean {
  return target.closest('[data-longpress]') !== null
}

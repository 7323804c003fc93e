import { nodeOf } from '../elements/base'
import type { OpenPage } from './pageStack'

/** Distance in pixels that starts a refresh. */
const THRESHOLD = 60

const running = new WeakMap<HTMLElement, () => void>()

/** Calls onPullDownRefresh when the user pulls the page down at its top, by touch or mouse. */
export function watchPullDown(page: OpenPage): void {
  const { element } = page
  let from: number | undefined
  let pulled = 0
  element.addEventListener('pointerdown', ({ clientY }) => {
    from = element.scrollTop <= 0 ? clientY : undefined
    pulled = 0
  })
  element.addEventListener('pointermove', ({ clientY, buttons }) => {
    if (from === undefined || buttons === 0) return
    pulled = Math.max(0, (clientY - from) / 2)
    element.style.setProperty('--pull', `${Math.min(pulled, THRESHOLD)}px`)
    element.classList.toggle('pulling', pulled > 4)
  })
  const end = () => {
    if (from !== undefined && pulled >= THRESHOLD) startPullDown(page)
    else if (!running.has(element)) reset(element)
    from = undefined
  }
  element.addEventListener('pointerup', end)
  element.addEventListener('pointercancel', end)
}

/** wx.startPullDownRefresh. */
export function startPullDown({ element, instance }: OpenPage): void {
  element.style.setProperty('--pull', `${THRESHOLD}px`)
  element.classList.add('pulling', 'refreshing')
  // WeChat ends the animation after three seconds.
  const timer = setTimeout(() => reset(element), 3000)
  running.set(element, () => clearTimeout(timer))
  instance.onPullDownRefresh?.()
}

/** wx.stopPullDownRefresh. */
export function stopPullDown(page: OpenPage | undefined): void {
  if (page) reset(page.element)
}

function reset(element: HTMLElement): void {
  running.get(element)?.()
  running.delete(element)
  element.classList.remove('pulling', 'refreshing')
  element.style.removeProperty('--pull')
}

const LONG_PRESS_MS = 350
/** A pointer that moves further is not a press. Pixels. */
const MAX_MOVE = 10

/**
 * Triggers `longpress`, and `longtap` as it was called at first, which glass-easel leaves to the platform. A long
 * press is not a tap.
 */
export function watchLongPress(place: HTMLElement): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  let isLong = false
  place.addEventListener('pointerdown', ({ target, clientX: x, clientY: y }) => {
    isLong = false
    start = { x, y }
    clearTimeout(timer)
    timer = setTimeout(() => {
      const element = closestNode(target as Element | null)
      if (!element || !hasListener(target as Element)) return
      isLong = true
      for (const name of ['longpress', 'longtap']) {
        element.triggerEvent(name, { x, y }, { bubbles: true, composed: true })
      }
    }, LONG_PRESS_MS)
  })
  place.addEventListener('pointermove', ({ clientX, clientY }) => {
    if (Math.abs(clientX - start.x) > MAX_MOVE || Math.abs(clientY - start.y) > MAX_MOVE) {
      clearTimeout(timer)
    }
  })
  // Before glass-easel's listeners, which are on the body.
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

function closestNode(target: Element | null): ReturnType<typeof nodeOf> {
  for (let at: Element | null = target; at; at = at.parentElement) {
    const node = nodeOf(at)
    if (node) return node
  }
  return undefined
}

/** A long press replaces the tap only where it has a listener, which `data-longpress` marks. */
function hasListener(target: Element): boolean {
  return target.closest('[data-longpress]') !== null
}

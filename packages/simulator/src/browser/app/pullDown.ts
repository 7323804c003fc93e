import type { OpenPage } from './openPage'

/** Pixels of pulling that start a refresh. */
const THRESHOLD = 60

const running = new WeakMap<HTMLElement, () => void>()

/** Pulling a page down at its top, by finger or mouse, calls onPullDownRefresh. */
export function pullDown(page: OpenPage): void {
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
  // WeChat gives up by itself after three seconds.
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

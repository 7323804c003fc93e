import { CurrentWindowBackendContext, type domlikeBackend, Event as WxEvent } from 'glass-easel'
import { browserUnits } from '../../compile/compiledApp'
import { type ModelElement, nodeOf } from '../elements/base'
import { isKnown, tagOf } from '../elements/define'
import { playAnimation } from '../wx/animation'
import type { OpenPage } from './pageStack'

type BackendElement = domlikeBackend.Element

/** The browser's nodes implement glass-easel's interface of nodes, which their types do not declare. */
export const asBackend = (node: Node) => node as unknown as BackendElement

/** Events of touch and mouse, which glass-easel handles; our elements trigger all others themselves. */
const POINTER_EVENTS = new Set(['touchstart', 'touchmove', 'touchend', 'touchcancel'])
/** Events of the browser's animations under WeChat's names. */
const ANIMATION_EVENTS = new Set([
  'transitionend',
  'animationstart',
  'animationiteration',
  'animationend',
])

/** The browser's document, where WeChat's `<view>` is the custom element `<wx-view>`. */
export class PhoneBackend extends CurrentWindowBackendContext {
  constructor() {
    super()
    this.document = {
      createElement: (tag) => asBackend(createElement(tag)),
      createTextNode: (text) => asBackend(document.createTextNode(text)),
      createDocumentFragment: () => asBackend(document.createDocumentFragment()),
    }
    // `tap` and the touch events.
    this.onEvent((target, type, detail, options) => {
      const event = new WxEvent(type, detail, options)
      Object.assign(event, readTouches((options as { originalEvent?: Event }).originalEvent))
      WxEvent.dispatchEvent(target, event)
      return event.getEventBubbleStatus()
    })
  }

  override setListenerStats(
    ...given: Parameters<CurrentWindowBackendContext['setListenerStats']>
  ): void {
    const [element, type] = given
    if (POINTER_EVENTS.has(type)) {
      super.setListenerStats(...given)
      watchMouse()
    }
    if (ANIMATION_EVENTS.has(type)) super.setListenerStats(...given)
    if ((type === 'longpress' || type === 'longtap') && element instanceof HTMLElement) {
      element.dataset.longpress = ''
    }
  }

  override setModelBindingStat(
    element: BackendElement,
    name: string,
    listener: ((value: unknown) => void) | null,
  ): void {
    if (!(element instanceof HTMLElement)) return
    const target: HTMLElement & ModelElement = element
    target.__model = { ...target.__model, [name]: listener }
  }
}

const reported = new Set<string>()

/** Tags of components that the app uses and the preview does not load. */
export const foreignTags = new Set<string>()

function createElement(tag: string): HTMLElement {
  const element = document.createElement(tagOf(tag))
  if (!isKnown(element.localName) || foreignTags.has(tag)) {
    element.dataset.missing = `<${tag}>`
    // Components mark their host element after it is created.
    queueMicrotask(() => {
      if (reported.has(tag) || element.hasAttribute('wx-host')) return
      reported.add(tag)
      console.warn(`<${tag}> is not in the preview`)
    })
  }
  const set = element.setAttribute.bind(element)
  element.setAttribute = (name, value) => {
    set(name, name === 'style' ? browserUnits(value) : value)
    if (name === 'animation') playAnimation(element, nodeOf(element)?.getAttribute('animation'))
  }
  // glass-easel makes ids unique by a prefix; style sheets name them without it.
  Object.defineProperty(element, 'id', {
    get: () => element.getAttribute('id') ?? '',
    set: (id: string) => set('id', id.slice(id.lastIndexOf('--') + 1).replace(/^-(?=[^-])/, '')),
  })
  return element
}

interface Touch {
  identifier: number
  clientX: number
  clientY: number
  pageX: number
  pageY: number
  force: number
}

/** `touches` and `changedTouches` of an event, as WeChat reports them. */
function readTouches(
  event: Event | undefined,
): { touches: Touch[]; changedTouches: Touch[] } | object {
  const list = (touches: Iterable<{ clientX: number; clientY: number; identifier?: number }>) =>
    [...touches].map((touch) => toTouch(touch))
  if (typeof TouchEvent !== 'undefined' && event instanceof TouchEvent) {
    return { touches: list(event.touches), changedTouches: list(event.changedTouches) }
  }
  if (!(event instanceof MouseEvent)) return {}
  const isOver = event.type === 'mouseup'
  return { touches: isOver ? [] : list([event]), changedTouches: list([event]) }
}

function toTouch(touch: { clientX: number; clientY: number; identifier?: number }): Touch {
  const { clientX, identifier = 0 } = touch
  const page = document.querySelector('wx-page:not([hidden])')
  // Coordinates begin below the navigation bar, as the page does.
  const clientY = touch.clientY - (page?.getBoundingClientRect().top ?? 0)
  const pageY = clientY + (page?.scrollTop ?? 0)
  return { identifier, clientX, clientY, pageX: clientX, pageY, force: 1 }
}

let isWatchingMouse = false

/** A mouse that is pressed and moved is a finger, as soon as a template listens to touches. */
function watchMouse(): void {
  if (isWatchingMouse) return
  isWatchingMouse = true
  let pressed: ReturnType<typeof nodeOf>
  const send = (type: string, event: MouseEvent) => {
    if (!pressed) return
    const detail = { x: event.clientX, y: event.clientY }
    const touch = new WxEvent(type, detail, { bubbles: true, composed: true, capturePhase: true })
    Object.assign(touch, readTouches(event))
    pressed.dispatchEvent(touch)
  }
  const pages = document.getElementById('pages') as HTMLElement
  pages.addEventListener('mousedown', (event) => {
    let element = event.target instanceof Element ? event.target : null
    while (element && !nodeOf(element)) element = element.parentElement
    pressed = element ? nodeOf(element) : undefined
    send('touchstart', event)
  })
  window.addEventListener('mousemove', (event) => send('touchmove', event))
  window.addEventListener('mouseup', (event) => {
    send('touchend', event)
    pressed = undefined
  })
}

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
 * Triggers `longpress` and its old name `longtap`, which glass-easel leaves to the platform. A long
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

import { CurrentWindowBackendContext, type domlikeBackend, Event as WxEvent } from 'glass-easel'
import { browserUnits } from '../compile/units'
import type { ModelElement } from './elements/base'
import { isKnown, tagOf } from './elements/define'

type BackendElement = domlikeBackend.Element

/** Events of touch and mouse, which glass-easel handles; our elements trigger all others themselves. */
const POINTER_EVENTS = new Set(['touchstart', 'touchmove', 'touchend', 'touchcancel'])

/** The browser's document, where WeChat's `<view>` is the custom element `<wx-view>`. */
export class PhoneBackend extends CurrentWindowBackendContext {
  constructor() {
    super()
    this.document = {
      createElement: (tag) => createElement(tag) as unknown as BackendElement,
      createTextNode: (text) => document.createTextNode(text) as unknown as BackendElement,
      createDocumentFragment: () => document.createDocumentFragment() as unknown as BackendElement,
    }
    // `tap` and the touch events.
    this.onEvent((target, type, detail, options) => {
      const event = new WxEvent(type, detail, options)
      WxEvent.dispatchEvent(target, event)
      return event.getEventBubbleStatus()
    })
  }

  override setListenerStats(
    ...given: Parameters<CurrentWindowBackendContext['setListenerStats']>
  ): void {
    const [element, type] = given
    if (POINTER_EVENTS.has(type)) super.setListenerStats(...given)
    if (type === 'longpress' && element) {
      const target = element as unknown as HTMLElement
      target.dataset.longpress = ''
    }
  }

  override setModelBindingStat(
    element: BackendElement,
    name: string,
    listener: ((value: unknown) => void) | null,
  ): void {
    const target = element as unknown as ModelElement
    target.__model = { ...target.__model, [name]: listener }
  }
}

function createElement(tag: string): HTMLElement {
  const element = document.createElement(tagOf(tag))
  if (!isKnown(element.localName)) element.dataset.missing = `<${tag}>`
  const set = element.setAttribute.bind(element)
  element.setAttribute = (name, value) => set(name, name === 'style' ? browserUnits(value) : value)
  return element
}

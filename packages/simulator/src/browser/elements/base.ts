import type { Event as WxEvent } from 'glass-easel'
import { globals } from '../dom'

/** Listeners of two-way bindings such as `model:value`. */
export interface ModelElement {
  __model?: Record<string, ((value: unknown) => void) | null>
}

/** The component node that glass-easel attaches to its elements. */
interface Bound {
  __wxElement?: ShadowHost & {
    id: string
    dataset: Record<string, unknown>
    /** Of a component. */
    data?: Record<string, unknown>
    ownerShadowRoot: {
      getHostNode(): { is: string; getMethodCaller?(): Record<string, unknown> }
    } | null
    getAttribute(name: string): unknown
    dispatchEvent(event: WxEvent<unknown>): void
    triggerEvent(
      name: string,
      detail: unknown,
      options?: { bubbles?: boolean; composed?: boolean },
    ): void
  }
}

/** A page or component, whose elements are looked for by a selector. */
export interface ShadowHost {
  getShadowRoot?(): { querySelectorAll(selector: string): { $$?: unknown }[] } | null
}

/** The elements that a selector finds in the template of a page or component. */
export function elementsIn(host: ShadowHost | undefined, selector: string): Element[] {
  const found = host?.getShadowRoot?.()?.querySelectorAll(selector) ?? []
  return found.map(({ $$ }) => $$).filter((element) => element instanceof Element)
}

/** The node of glass-easel behind an element, if it has one. */
export const nodeOf = (element: Element) => (element as Element & Bound).__wxElement

/** The path of the page or component whose template has the element. */
export function ownerOf(element: Element): string {
  return nodeOf(element)?.ownerShadowRoot?.getHostNode().is ?? ''
}

/** A built-in element. What it draws is in its shadow tree, out of reach of the app's styles. */
export abstract class WxElement extends HTMLElement {
  protected text(name: string, fallback = ''): string {
    return this.getAttribute(name) ?? fallback
  }

  /** An attribute with the type the template gave it: a list, an object, a number. */
  protected raw(name: string): unknown {
    return nodeOf(this)?.getAttribute(name) ?? this.getAttribute(name) ?? undefined
  }

  protected list(name: string): unknown[] {
    const value = this.raw(name)
    return Array.isArray(value) ? value : []
  }

  protected number(name: string, fallback: number): number {
    const value = Number.parseFloat(this.text(name))
    return Number.isNaN(value) ? fallback : value
  }

  /** `disabled` alone is true; `disabled="{{undefined}}"` is not, though the attribute is there. */
  protected flag(name: string, fallback = false): boolean {
    if (!this.hasAttribute(name)) return fallback
    const node = nodeOf(this)
    const value = node ? node.getAttribute(name) : this.getAttribute(name)
    return value === '' || (Boolean(value) && value !== 'false')
  }

  /** Triggers a WeChat event, which reaches listeners in templates only. */
  protected emit(name: string, detail: unknown = {}, bubbles = false): void {
    nodeOf(this)?.triggerEvent(name, detail, { bubbles })
  }

  /** Calls the function of Skyline that `worklet:name` names, of the page or component whose template has the element. */
  protected callWorklet(name: string, event: object): void {
    const node = nodeOf(this)
    const owner = node?.ownerShadowRoot?.getHostNode().getMethodCaller?.()
    const handler = owner?.[String(node?.dataset[`workletO${name.slice(1)}`])]
    if (typeof handler === 'function') handler.call(owner, event)
  }

  /** Reports a changed value to a two-way binding `model:name`. */
  protected updateModel(name: string, value: unknown): void {
    ;(this as ModelElement).__model?.[name]?.(value)
  }

  /** An element of the shadow tree. */
  protected inner(id: string): HTMLElement {
    return this.shadowRoot?.getElementById(id) as HTMLElement
  }

  /** Called when the element is connected and when an observed attribute changes. */
  protected update(_name?: string): void {}

  connectedCallback(): void {
    this.update()
  }

  attributeChangedCallback(name: string): void {
    if (this.isConnected) this.update(name)
  }
}

/** An element whose value is part of a form under its `name`. */
export abstract class FormField extends WxElement {
  /** The value that `submit` of the form reports. */
  abstract get fieldValue(): unknown

  /** Restores the initial value. */
  abstract resetField(): void

  /** A tap on a label of the field. */
  activate(): void {
    this.click()
  }
}

/** The element of the visible page with a tag and an id. @param other another attribute that may have the id */
export function findById<Found extends HTMLElement>(
  tag: string,
  id: string,
  other = 'id',
): Found | undefined {
  const all = document.querySelectorAll<Found>(`wx-page:not([hidden]) ${tag}`)
  return [...all].find(
    (element) => element.getAttribute(other) === id || nodeOf(element)?.id === id,
  )
}

/** Creates a shadow tree. */
export function createShadow(element: HTMLElement, html: string): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' })
  root.innerHTML = html
  return root
}

/** Creates a shadow tree around one element of the browser, and returns this element. */
export function shadowAround<Tag extends keyof HTMLElementTagNameMap>(
  element: HTMLElement,
  tag: Tag,
  css: string,
): HTMLElementTagNameMap[Tag] {
  const inner = document.createElement(tag)
  createShadow(element, `<style>${css}</style>`).append(inner)
  return inner
}

/** Adds `mouse`-independent dragging: the listener gets the distance from the start in pixels. */
export function watchDrag(
  element: HTMLElement,
  onMove: (x: number, y: number, isEnd: boolean) => void,
): void {
  let start: { x: number; y: number } | undefined
  const at = ({ clientX: x, clientY: y }: PointerEvent) =>
    start ? ([x - start.x, y - start.y] as const) : ([0, 0] as const)
  element.addEventListener('pointerdown', (event) => {
    start = { x: event.clientX, y: event.clientY }
    element.setPointerCapture(event.pointerId)
  })
  element.addEventListener('pointermove', (event) => {
    if (start && event.buttons !== 0) onMove(...at(event), false)
  })
  const end = (event: PointerEvent) => {
    if (start) onMove(...at(event), true)
    start = undefined
  }
  element.addEventListener('pointerup', end)
  element.addEventListener('pointercancel', end)
}

/** Calls the app's `wx` from an element. Elements are defined before `wx` is created. */
export async function callApi(name: string, options: object): Promise<object> {
  const { [name]: call } = Object(globals.wx) as Record<string, unknown>
  return typeof call === 'function' ? Object(await call(options)) : {}
}

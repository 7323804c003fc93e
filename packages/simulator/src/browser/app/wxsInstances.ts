import { cssName } from '../dom'
import { attempt } from './problems'

/** A node of glass-easel: an element or a component. */
interface Node {
  $$?: HTMLElement
  dataset: Record<string, unknown>
  getMethodCaller?(): Record<string, unknown>
  getShadowRoot?(): { querySelectorAll(selector: string): Node[] } | null
  triggerEvent?(name: string, detail: unknown, options?: object): void
}

const instances = new WeakMap<Node, ComponentDescriptor>()

/** What WXS gets in place of a component or an element (`ComponentDescriptor` of the WeChat documents). */
class ComponentDescriptor {
  readonly #node: Node
  readonly #state: Record<string, unknown> = {}

  constructor(node: Node) {
    this.#node = node
  }

  static of(node: Node): ComponentDescriptor {
    const known = instances.get(node) ?? new ComponentDescriptor(node)
    instances.set(node, known)
    return known
  }

  get #element(): HTMLElement | undefined {
    return this.#node.$$
  }

  getState(): Record<string, unknown> {
    return this.#state
  }

  getDataset(): Record<string, unknown> {
    return this.#node.dataset
  }

  selectComponent(selector: string): ComponentDescriptor | undefined {
    return this.selectAllComponents(selector)[0]
  }

  selectAllComponents(selector: string): ComponentDescriptor[] {
    const found = this.#node.getShadowRoot?.()?.querySelectorAll(selector) ?? []
    return found.map((node) => ComponentDescriptor.of(node))
  }

  setStyle(style: string | Record<string, string | number>): this {
    const element = this.#element
    if (element && typeof style === 'string') element.setAttribute('style', style)
    if (element && typeof style === 'object') {
      for (const [name, value] of Object.entries(style)) {
        element.style.setProperty(cssName(name), String(value))
      }
    }
    return this
  }

  addClass(names: string): this {
    this.#element?.classList.add(...this.#classes(names))
    return this
  }

  removeClass(names: string): this {
    this.#element?.classList.remove(...this.#classes(names))
    return this
  }

  hasClass(name: string): boolean {
    return this.#element?.classList.contains(name) ?? false
  }

  callMethod(name: string, argument?: unknown): void {
    const method = this.#node.getMethodCaller?.()[name]
    if (typeof method === 'function') method.call(this.#node.getMethodCaller?.(), argument)
  }

  triggerEvent(name: string, detail: unknown, options?: object): void {
    this.#node.triggerEvent?.(name, detail, options)
  }

  getBoundingClientRect(): DOMRect | undefined {
    return this.#element?.getBoundingClientRect()
  }

  getComputedStyle(names: string[]): Record<string, string> {
    if (!this.#element) return {}
    const style = getComputedStyle(this.#element)
    return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(name)]))
  }

  requestAnimationFrame(run: () => void): void {
    requestAnimationFrame(run)
  }

  setTimeout(run: () => void, milliseconds: number): number {
    return window.setTimeout(run, milliseconds)
  }

  clearTimeout(id: number): void {
    clearTimeout(id)
  }

  /** A class is known under its own name, and with the prefix of the component's style sheet. */
  #classes(names: string): string[] {
    const [, prefix = ''] = /(?:^|\s)(s\d+--)/.exec(this.#element?.className ?? '') ?? []
    return names
      .split(/\s+/)
      .filter(Boolean)
      .flatMap((name) => (prefix ? [name, prefix + name] : [name]))
  }
}

/** A listener of `change:property`, as glass-easel and as WeChat call it. */
type Observer = (value: unknown, before: unknown, owner: Node, element: Node) => void
type WxsFunction = (...given: unknown[]) => unknown

/** Calls a listener of `change:property` after the render, when it finds other elements. */
export const wxsObserver =
  (run: WxsFunction): Observer =>
  (value, before, owner, element) =>
    queueMicrotask(() =>
      attempt('wxs', () => {
        run(value, before, ComponentDescriptor.of(owner), ComponentDescriptor.of(element))
      }),
    )

interface TemplateEvent {
  currentTarget: Node | { _$: Node }
}

/** Calls the handler of an event. That of a WXS module gets the instances, and has a path to its function. */
export function wxsHandler(
  caller: { _$: Node },
  event: TemplateEvent,
  handler: WxsFunction,
  path?: unknown[],
): unknown {
  if (!path) return handler.call(caller, event)
  const { currentTarget } = event
  const node = '_$' in currentTarget ? currentTarget._$ : currentTarget
  const given = Object.create(event) as TemplateEvent & { instance: ComponentDescriptor }
  given.instance = ComponentDescriptor.of(node)
  return handler(given, ComponentDescriptor.of(caller._$))
}

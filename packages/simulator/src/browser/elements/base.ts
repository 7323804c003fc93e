/** Listeners of two-way bindings such as `model:value`. */
export interface ModelElement {
  __model?: Record<string, ((value: unknown) => void) | null>
}

/** The component node that glass-easel attaches to its elements. */
interface Bound {
  __wxElement?: {
    getAttribute(name: string): unknown
    triggerEvent(name: string, detail: unknown, options?: { bubbles?: boolean }): void
  }
}

/** A built-in element. What it draws is in its shadow tree, out of reach of the app's styles. */
export abstract class WxElement extends HTMLElement {
  protected text(name: string, fallback = ''): string {
    return this.getAttribute(name) ?? fallback
  }

  protected number(name: string, fallback: number): number {
    const value = Number.parseFloat(this.text(name))
    return Number.isNaN(value) ? fallback : value
  }

  /** `disabled` alone is true; `disabled="{{undefined}}"` is not, though the attribute is there. */
  protected flag(name: string, fallback = false): boolean {
    if (!this.hasAttribute(name)) return fallback
    const bound = (this as Bound).__wxElement
    const value = bound ? bound.getAttribute(name) : this.getAttribute(name)
    return value === '' || (Boolean(value) && value !== 'false')
  }

  /** Triggers a WeChat event, which reaches listeners in templates only. */
  protected emit(name: string, detail: unknown = {}, bubbles = false): void {
    ;(this as Bound).__wxElement?.triggerEvent(name, detail, { bubbles })
  }

  /** Reports a changed value to a two-way binding `model:name`. */
  protected updateModel(name: string, value: unknown): void {
    ;(this as ModelElement).__model?.[name]?.(value)
  }

  /** Called when the element is connected and when an observed attribute changes. */
  protected abstract update(name?: string): void

  connectedCallback(): void {
    this.update()
  }

  attributeChangedCallback(name: string): void {
    if (this.isConnected) this.update(name)
  }
}

/** Creates a shadow tree. */
export function shadowOf(element: HTMLElement, html: string): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' })
  root.innerHTML = html
  return root
}

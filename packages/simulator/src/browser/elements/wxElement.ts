import type { ModelElement } from './modelElement'

/** What glass-easel keeps at the elements it has made. */
interface Bound {
  __wxElement?: {
    getAttribute(name: string): unknown
    triggerEvent(name: string, detail: unknown, options?: { bubbles?: boolean }): void
  }
}

/** A built-in element. What it draws itself lies in its shadow tree, out of the app's reach. */
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

  /** An event of WeChat's: it reaches the template's listeners only. */
  protected emit(name: string, detail: unknown = {}, bubbles = false): void {
    ;(this as Bound).__wxElement?.triggerEvent(name, detail, { bubbles })
  }

  /** For `model:name`. */
  protected tellModel(name: string, value: unknown): void {
    ;(this as ModelElement).__model?.[name]?.(value)
  }

  /** Called when an observed attribute has changed, and at first. */
  protected abstract update(name?: string): void

  connectedCallback(): void {
    this.update()
  }

  attributeChangedCallback(name: string): void {
    if (this.isConnected) this.update(name)
  }
}

/** A shadow tree with its own style. */
export function shadowOf(element: HTMLElement, html: string): ShadowRoot {
  const root = element.attachShadow({ mode: 'open' })
  root.innerHTML = html
  return root
}

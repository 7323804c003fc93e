// Used by the phone and by the page with all phones, so it must not depend on a phone's settings.

/** Creates an element with text, never markup. */
export function textElement(className: string, text: string, tag = 'div'): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** Creates an element with attributes and children; strings become text. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const created = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) created.setAttribute(name, value)
  created.append(...children)
  return created
}

/** `backgroundColor` as CSS writes it: `background-color`. */
export const cssName = (name: string) =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

/** The globals of the page, which the app's code shares. */
export const globals: Record<string, unknown> = Object(window)

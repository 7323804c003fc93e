// Shared by the phone and the page with all phones, so independent of a phone's settings.

/** Creates an element with text, never markup. */
export function textElement(className: string, text: string, tag = 'div'): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

/** The globals of the page, which the app's code shares. */
export const globals = window as unknown as Record<string, unknown>

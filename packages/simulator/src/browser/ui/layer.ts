/** Something drawn above the pages; removed by what it returns. */
export function showLayer(
  className: string,
  html = '',
): { element: HTMLElement; close: () => void } {
  const element = document.createElement('div')
  element.className = `layer ${className}`
  element.innerHTML = html
  document.getElementById('phone')?.append(element)
  return { element, close: () => element.remove() }
}

/** An element with text, never markup. */
export function textElement(className: string, text: string, tag = 'div'): HTMLElement {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

import { showLayer, textElement } from './layer'

interface ToastOptions {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none'
  duration?: number
  mask?: boolean
}

const MARKS = { success: '✓', error: '✕', loading: '', none: '' }

let close: (() => void) | undefined
let timer: ReturnType<typeof setTimeout> | undefined

/** wx.showToast and wx.showLoading: one at a time, the later replaces the earlier. */
export function showToast({ title, icon = 'success', duration = 1500 }: ToastOptions): void {
  hideToast()
  const layer = showLayer(`toast toast-${icon}`)
  layer.element.setAttribute('role', 'status')
  if (icon !== 'none') layer.element.append(textElement('toast-mark', MARKS[icon]))
  layer.element.append(textElement('toast-text', title))
  close = layer.close
  if (Number.isFinite(duration)) timer = setTimeout(hideToast, duration)
}

export function hideToast(): void {
  clearTimeout(timer)
  close?.()
  close = undefined
}

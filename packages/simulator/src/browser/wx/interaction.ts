import { api, WxError } from '../../wxRules/callbacks'
import { textElement } from '../dom'
import { isChinese } from '../settings'
import { resolveSrc } from './files'

/** `wx` calls that show something above the page. */
export const interactionApi = {
  showToast: api('showToast', showToast),
  hideToast: api('hideToast', hideToast),
  showLoading: api<{ title?: string }>('showLoading', ({ title = '' }) =>
    showToast({ title, icon: 'loading', duration: Number.POSITIVE_INFINITY }),
  ),
  hideLoading: api('hideLoading', hideToast),
  showModal: api('showModal', showModal),
  showActionSheet: api('showActionSheet', showActionSheet),
  previewImage: api<{ urls: string[]; current?: string | number }>(
    'previewImage',
    ({ urls, current = 0 }) => {
      const url = typeof current === 'number' ? urls[current] : current
      return previewMedia(url ?? urls[0] ?? '', 'image')
    },
  ),
  previewMedia: api<{ sources: { url: string; type?: 'image' | 'video' }[]; current?: number }>(
    'previewMedia',
    async ({ sources, current = 0 }) => {
      const source = sources[current]
      if (source) await previewMedia(source.url, source.type ?? 'image')
    },
  ),
}

/** Adds a layer above the pages; `close` removes it. */
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

interface ToastOptions {
  title: string
  icon?: 'success' | 'error' | 'loading' | 'none'
  duration?: number
  mask?: boolean
}

const MARKS = { success: '✓', error: '✕', loading: '', none: '' }

let closeToast: (() => void) | undefined
let toastTimer: ReturnType<typeof setTimeout> | undefined

/** wx.showToast and wx.showLoading: one at a time, the later replaces the earlier. */
export function showToast({ title, icon = 'success', duration = 1500 }: ToastOptions): void {
  hideToast()
  const layer = showLayer(`toast toast-${icon}`)
  layer.element.setAttribute('role', 'status')
  if (icon !== 'none') layer.element.append(textElement('toast-mark', MARKS[icon]))
  layer.element.append(textElement('toast-text', title))
  closeToast = layer.close
  if (Number.isFinite(duration)) toastTimer = setTimeout(hideToast, duration)
}

function hideToast(): void {
  clearTimeout(toastTimer)
  closeToast?.()
  closeToast = undefined
}

export interface ModalOptions {
  title?: string
  content?: string
  showCancel?: boolean
  cancelText?: string
  confirmText?: string
  confirmColor?: string
  editable?: boolean
  placeholderText?: string
}

export interface ModalResult {
  confirm: boolean
  cancel: boolean
  content?: string
}

/** wx.showModal. */
export function showModal(options: ModalOptions): Promise<ModalResult> {
  const { title = '', content = '', showCancel = true, editable = false } = options
  return new Promise((resolve) => {
    const { element, close } = showLayer('dim')
    const box = textElement('modal', '')
    box.setAttribute('role', 'dialog')
    if (title) box.append(textElement('modal-title', title))
    const field = document.createElement('input')
    if (editable) {
      field.className = 'modal-field'
      field.value = content
      field.placeholder = options.placeholderText ?? ''
      box.append(field)
    } else {
      box.append(textElement('modal-text', content))
    }
    const buttons = textElement('modal-buttons', '')
    const end = (confirm: boolean) => {
      close()
      resolve({
        confirm,
        cancel: !confirm,
        ...(editable && confirm ? { content: field.value } : {}),
      })
    }
    const add = (className: string, text: string, confirm: boolean) => {
      const button = textElement(className, text, 'button')
      button.addEventListener('click', () => end(confirm))
      buttons.append(button)
      return button
    }
    if (showCancel)
      add('modal-cancel', options.cancelText ?? (isChinese ? '取消' : 'Cancel'), false)
    const confirm = add('modal-confirm', options.confirmText ?? (isChinese ? '确定' : 'OK'), true)
    if (options.confirmColor) confirm.style.color = options.confirmColor
    box.append(buttons)
    element.append(box)
    if (editable) field.focus()
  })
}

/** wx.showActionSheet: at most six items. */
function showActionSheet({
  itemList,
  itemColor,
}: {
  itemList: string[]
  itemColor?: string
}): Promise<{ tapIndex: number }> {
  if (itemList.length > 6) {
    throw new WxError('showActionSheet:fail parameter error: itemList should not be large than 6')
  }
  return new Promise((resolve, reject) => {
    const { element, close } = showLayer('dim')
    const sheet = textElement('sheet', '')
    sheet.setAttribute('role', 'menu')
    const cancel = () => {
      close()
      reject(new WxError('showActionSheet:fail cancel'))
    }
    for (const [tapIndex, text] of itemList.entries()) {
      const item = textElement('sheet-item', text, 'button')
      if (itemColor) item.style.color = itemColor
      item.addEventListener('click', () => {
        close()
        resolve({ tapIndex })
      })
      sheet.append(item)
    }
    const last = textElement('sheet-item sheet-cancel', isChinese ? '取消' : 'Cancel', 'button')
    last.addEventListener('click', cancel)
    sheet.append(last)
    element.append(sheet)
    element.addEventListener('click', (event) => {
      if (event.target === element) cancel()
    })
  })
}

/** wx.previewImage and wx.previewMedia: the whole screen, a tap closes it. */
async function previewMedia(url: string, type: 'image' | 'video'): Promise<void> {
  const { element, close } = showLayer('preview')
  const shown = document.createElement(type === 'video' ? 'video' : 'img')
  shown.src = await resolveSrc(url)
  if (shown instanceof HTMLVideoElement) shown.controls = true
  element.append(shown)
  element.addEventListener('click', close)
}

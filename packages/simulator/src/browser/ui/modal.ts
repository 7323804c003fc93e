import { showLayer, textElement } from './layer'

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
export function showModal(options: ModalOptions, isChinese: boolean): Promise<ModalResult> {
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

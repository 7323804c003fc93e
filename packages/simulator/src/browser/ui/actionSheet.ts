import { WxError } from '../../callbacks'
import { showLayer, textElement } from './layer'

/** wx.showActionSheet: at most six items. */
export function showActionSheet(
  { itemList, itemColor }: { itemList: string[]; itemColor?: string },
  isChinese: boolean,
): Promise<{ tapIndex: number }> {
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

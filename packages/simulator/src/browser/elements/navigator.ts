import { WxElement } from './wxElement'

/** `<navigator>`: url, open-type. */
export class WxNavigator extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', () => {
      const type = this.text('open-type', 'navigate')
      const call = type === 'navigate' ? 'navigateTo' : type
      const { wx } = window as unknown as { wx: Record<string, (options: object) => void> }
      wx[call]?.({ url: this.text('url') })
    })
  }

  protected update(): void {}
}

import { addressOf } from '../files/addressOf'
import { shadowOf, WxElement } from './wxElement'

/** How each mode fits the picture into its box; the others keep a corner or an edge. */
const FIT: Record<string, string> = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  widthFix: 'fill',
  heightFix: 'fill',
}

/** `<image>`: src, mode; load and error. */
export class WxImage extends WxElement {
  static observedAttributes = ['src', 'mode']
  readonly #picture: HTMLImageElement
  #shown = ''

  constructor() {
    super()
    const root = shadowOf(
      this,
      '<style>:host{display:inline-block;width:320px;height:240px;overflow:hidden}' +
        'img{display:block;width:100%;height:100%}img:not([src]){visibility:hidden}</style><img alt="">',
    )
    this.#picture = root.querySelector('img') as HTMLImageElement
    this.#picture.draggable = false
    this.#picture.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = this.#picture
      this.emit('load', { width, height })
    }
    this.#picture.onerror = () => this.emit('error', { errMsg: `GET ${this.text('src')} failed` })
  }

  protected update(): void {
    const mode = this.text('mode', 'scaleToFill')
    const { style } = this.#picture
    style.objectFit = FIT[mode] ?? 'none'
    style.objectPosition = FIT[mode] ? '' : mode
    if (mode === 'widthFix') style.height = 'auto'
    if (mode === 'widthFix') this.style.height = 'auto'
    void this.#show(this.text('src'))
  }

  async #show(src: string): Promise<void> {
    if (src === this.#shown) return
    this.#shown = src
    const address = await addressOf(src)
    if (this.#shown !== src) return
    if (address) this.#picture.src = address
    else this.#picture.removeAttribute('src')
  }
}

import { addressOf } from '../files/addressOf'
import { shadowOf, WxElement } from './wxElement'

/** `<video>`: src, poster, controls, loop, muted; play, pause, ended, error. */
export class WxVideo extends WxElement {
  static observedAttributes = ['src', 'poster', 'controls', 'loop', 'muted', 'object-fit']
  readonly #player: HTMLVideoElement
  #shown = ''

  constructor() {
    super()
    const root = shadowOf(
      this,
      '<style>:host{display:inline-block;width:300px;height:225px;background:#000}' +
        'video{display:block;width:100%;height:100%}</style><video playsinline></video>',
    )
    this.#player = root.querySelector('video') as HTMLVideoElement
    for (const name of ['play', 'pause', 'ended']) {
      this.#player.addEventListener(name, () => this.emit(name))
    }
    this.#player.addEventListener('error', () => this.emit('error', { errMsg: 'MEDIA_ERR' }))
  }

  protected update(): void {
    this.#player.controls = this.flag('controls', true)
    this.#player.loop = this.flag('loop')
    this.#player.muted = this.flag('muted')
    this.#player.style.objectFit = this.text('object-fit', 'contain')
    void this.#show(this.text('src'))
  }

  async #show(src: string): Promise<void> {
    if (src === this.#shown) return
    this.#shown = src
    const address = await addressOf(src)
    if (this.#shown === src) this.#player.src = address
  }
}

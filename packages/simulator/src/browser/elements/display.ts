import { addressOf } from '../files'
import { shadowOf, WxElement } from './base'

/** `object-fit` by mode; all other modes name an edge or a corner. */
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

/** `<progress>`: percent, show-info, stroke-width, colours. */
export class WxProgress extends WxElement {
  static observedAttributes = [
    'percent',
    'show-info',
    'stroke-width',
    'active-color',
    'activeColor',
    'background-color',
    'backgroundColor',
    'border-radius',
  ].map((name) => name.toLowerCase())
  readonly #root = shadowOf(
    this,
    '<style>:host{display:flex;align-items:center}#bar{flex:1;overflow:hidden}' +
      '#done{height:100%;transition:width .15s linear}#info{margin-left:15px;font-size:16px}</style>' +
      '<div id="bar"><div id="done"></div></div><div id="info"></div>',
  )

  protected update(): void {
    const part = (id: string) => this.#root.getElementById(id) as HTMLElement
    const percent = Math.min(100, Math.max(0, this.number('percent', 0)))
    const colour = (name: string) => this.text(name) || this.text(name.replace('-', ''))
    part('bar').style.height = `${this.number('stroke-width', 6)}px`
    part('bar').style.borderRadius = `${this.number('border-radius', 0)}px`
    part('bar').style.background = colour('background-color') || '#ebebeb'
    part('done').style.background = colour('active-color') || '#09bb07'
    part('done').style.width = `${percent}%`
    part('info').textContent = this.flag('show-info') ? `${percent}%` : ''
    part('info').hidden = !this.flag('show-info')
  }
}

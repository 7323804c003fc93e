import { isChinese } from '../settings'
import { resolveSrc } from '../wx/files'
import { createShadow, ownerOf, shadowAround, WxElement } from './base'

/** `object-fit` by mode; all other modes name an edge or a corner. */
const FIT: Record<string, string> = {
  scaleToFill: 'fill',
  aspectFit: 'contain',
  aspectFill: 'cover',
  widthFix: 'fill',
  heightFix: 'fill',
}

/** An element that shows what `src` names. */
abstract class WxMedia extends WxElement {
  #shown = ''

  /** Finds the address of `src`, unless it is shown already; a later `src` replaces an earlier one. */
  protected async show(set: (address: string) => void): Promise<void> {
    const src = this.text('src')
    if (src === this.#shown) return
    this.#shown = src
    const address = await resolveSrc(src, ownerOf(this))
    if (this.#shown === src) set(address)
  }
}

/** `<image>` and `<cover-image>`: src, mode; load and error. */
export class WxImage extends WxMedia {
  static observedAttributes = ['src', 'mode']
  readonly #picture = shadowAround(
    this,
    'img',
    ':host{display:inline-block;width:320px;height:240px;overflow:hidden}' +
      'img{display:block;width:100%;height:100%}img:is(:not([src]),.failed){visibility:hidden}',
  )

  constructor() {
    super()
    this.#picture.alt = ''
    this.#picture.draggable = false
    this.#picture.onload = () => {
      const { naturalWidth: width, naturalHeight: height } = this.#picture
      this.#picture.className = ''
      this.emit('load', { width, height })
    }
    this.#picture.onerror = () => {
      // WeChat shows nothing; a browser would show its icon for a broken picture.
      this.#picture.className = 'failed'
      this.emit('error', { errMsg: `GET ${this.text('src')} failed` })
    }
  }

  protected override update(): void {
    const mode = this.text('mode', 'scaleToFill')
    const { style } = this.#picture
    style.objectFit = FIT[mode] ?? 'none'
    style.objectPosition = FIT[mode] ? '' : mode
    for (const { style: own } of [this.#picture, this]) {
      if (mode === 'widthFix') own.height = 'auto'
      if (mode === 'heightFix') own.width = 'auto'
    }
    void this.show((address) => {
      if (address) this.#picture.src = address
      else this.#picture.removeAttribute('src')
    })
  }
}

export class WxCoverImage extends WxImage {}

/** `<open-data>`: type, of which the preview has the name and the picture of its user. */
export class WxOpenData extends WxElement {
  static observedAttributes = ['type']

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:inline-block}i{display:block;width:100%;height:100%;min-width:20px;min-height:20px;' +
        'background:#c9c9c9}</style><span id="text"></span>',
    )
  }

  protected override update(): void {
    const type = this.text('type')
    const text = type === 'userNickName' ? (isChinese ? '微信用户' : 'WeChat user') : ''
    if (type === 'userAvatarUrl') this.inner('text').replaceChildren(document.createElement('i'))
    else this.inner('text').textContent = text
  }
}

/** `<video>`: src, poster, controls, loop, muted; play, pause, ended, timeupdate, error. */
export class WxVideo extends WxMedia {
  static observedAttributes = 'src poster controls loop muted object-fit autoplay'.split(' ')
  readonly player = shadowAround(
    this,
    'video',
    ':host{display:inline-block;width:300px;height:225px;background:#000}' +
      'video{display:block;width:100%;height:100%}',
  )

  constructor() {
    super()
    this.player.playsInline = true
    for (const name of ['play', 'pause', 'ended', 'waiting']) {
      this.player.addEventListener(name, () => this.emit(name))
    }
    this.player.addEventListener('timeupdate', () => {
      const { currentTime, duration } = this.player
      this.emit('timeupdate', { currentTime, duration })
    })
    this.player.addEventListener('loadedmetadata', () => {
      const { videoWidth: width, videoHeight: height, duration } = this.player
      this.emit('loadedmetadata', { width, height, duration })
    })
    this.player.addEventListener('error', () => this.emit('error', { errMsg: 'MEDIA_ERR' }))
  }

  protected override update(): void {
    this.player.controls = this.flag('controls', true)
    this.player.loop = this.flag('loop')
    this.player.muted = this.flag('muted')
    this.player.autoplay = this.flag('autoplay')
    this.player.style.objectFit = this.text('object-fit', 'contain')
    void this.show((address) => {
      this.player.src = address
    })
  }
}

/** `<progress>`: percent, show-info, stroke-width, colours. */
export class WxProgress extends WxElement {
  static observedAttributes = (
    'percent show-info stroke-width active-color activecolor color background-color ' +
    'backgroundcolor border-radius'
  ).split(' ')

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:flex;align-items:center}#bar{flex:1;overflow:hidden}' +
        '#done{height:100%;transition:width .15s linear}#info{margin-left:15px;font-size:16px}</style>' +
        '<div id="bar"><div id="done"></div></div><div id="info"></div>',
    )
  }

  protected override update(): void {
    const percent = Math.min(100, Math.max(0, this.number('percent', 0)))
    const colour = (name: string) => this.text(name) || this.text(name.replace('-', ''))
    const { style: bar } = this.inner('bar')
    bar.height = `${this.number('stroke-width', 6)}px`
    bar.borderRadius = `${this.number('border-radius', 0)}px`
    bar.background = colour('background-color') || '#ebebeb'
    const { style: done } = this.inner('done')
    done.background = colour('active-color') || this.text('color') || '#09bb07'
    done.width = `${percent}%`
    this.inner('info').textContent = this.flag('show-info') ? `${percent}%` : ''
    this.inner('info').hidden = !this.flag('show-info')
  }
}

const CHECK = '<path d="M7 12.5l3.5 3.5L17 9"/>'
const CROSS = '<path d="M8.5 8.5l7 7m0-7l-7 7"/>'

/** Drawing and colour of each type of `<icon>`; those with a disc are white on it. */
const ICONS: Record<string, { path: string; colour: string; hasDisc?: boolean }> = {
  success: { path: CHECK, colour: '#09bb07', hasDisc: true },
  success_no_circle: { path: CHECK, colour: '#09bb07' },
  info: { path: '<path d="M12 11v6M12 7.5v.01"/>', colour: '#10aeff', hasDisc: true },
  warn: { path: '<path d="M12 7v6M12 16.5v.01"/>', colour: '#f76260', hasDisc: true },
  waiting: { path: '<path d="M12 7v5h4"/>', colour: '#10aeff', hasDisc: true },
  cancel: { path: CROSS, colour: '#f43530' },
  clear: { path: CROSS, colour: '#b2b2b2', hasDisc: true },
  download: { path: '<path d="M12 6v9m-4-4l4 4 4-4M8 18h8"/>', colour: '#09bb07', hasDisc: true },
  search: { path: '<circle cx="11" cy="11" r="5"/><path d="M15 15l4 4"/>', colour: '#b2b2b2' },
}

/** `<icon>`: type, size, color. */
export class WxIcon extends WxElement {
  static observedAttributes = ['type', 'size', 'color']

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:inline-block;line-height:0}svg{fill:none;stroke-width:2;stroke-linecap:round}' +
        '</style><span id="icon"></span>',
    )
  }

  protected override update(): void {
    const icon = ICONS[this.text('type')]
    const size = this.number('size', 23)
    const colour = CSS.supports('color', this.text('color')) ? this.text('color') : icon?.colour
    const disc = icon?.hasDisc
      ? '<circle cx="12" cy="12" r="10" fill="currentColor" stroke="none"/>'
      : ''
    const stroke = icon?.hasDisc ? '#fff' : 'currentColor'
    this.inner('icon').innerHTML = icon
      ? `<svg width="${size}" height="${size}" viewBox="0 0 24 24" stroke="${stroke}">${disc}${icon.path}</svg>`
      : ''
    this.inner('icon').style.color = colour ?? ''
  }
}

/** Elements and attributes that `<rich-text>` shows; all others are dropped, as in WeChat. */
const RICH_TAGS =
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del div dl ' +
  'dt em fieldset font footer h1 h2 h3 h4 h5 h6 header hr i img ins label legend li mark nav ol p pre q rt ruby s ' +
  'section small span strong sub sup table tbody td tfoot th thead tr tt u ul'
const RICH_ATTRIBUTES =
  'class style src alt width height colspan rowspan align start type dir size color face'
const richTags = new Set(RICH_TAGS.split(' '))
const richAttributes = new Set(RICH_ATTRIBUTES.split(' '))

interface RichNode {
  type?: string
  name?: string
  attrs?: Record<string, unknown>
  children?: RichNode[]
  text?: string
}

/** `<rich-text>`: nodes as HTML or as a list; space. */
export class WxRichText extends WxElement {
  static observedAttributes = ['nodes', 'space']

  constructor() {
    super()
    createShadow(
      this,
      '<style>:host{display:block;overflow-wrap:anywhere}img{max-width:100%}</style><div id="content"></div>',
    )
  }

  protected override update(): void {
    const nodes = this.raw('nodes')
    const content = this.inner('content')
    content.style.whiteSpace = this.text('space') ? 'pre-wrap' : ''
    content.replaceChildren(
      ...(Array.isArray(nodes)
        ? (nodes as RichNode[]).map(createRichNode)
        : sanitized(new DOMParser().parseFromString(String(nodes ?? ''), 'text/html').body)),
    )
  }
}

function createRichNode({ type, text, name = '', attrs = {}, children = [] }: RichNode): Node {
  if (type === 'text') return document.createTextNode(decoded(text ?? ''))
  const tag = richTags.has(name.toLowerCase()) ? name : 'span'
  const element = document.createElement(tag)
  for (const [key, value] of Object.entries(attrs)) setRichAttribute(element, key, String(value))
  element.append(...children.map(createRichNode))
  return element
}

/** Copies of the children, without scripts, event handlers and unknown elements. */
function sanitized(from: Element): Node[] {
  return [...from.childNodes].flatMap((node) => {
    if (node instanceof Text) return [document.createTextNode(node.data)]
    if (!(node instanceof Element)) return []
    const tag = node.localName
    if (!richTags.has(tag)) return ['script', 'style'].includes(tag) ? [] : sanitized(node)
    const element = document.createElement(tag)
    for (const { name, value } of node.attributes) setRichAttribute(element, name, value)
    element.append(...sanitized(node))
    return [element]
  })
}

function setRichAttribute(element: HTMLElement, name: string, value: string): void {
  if (!richAttributes.has(name)) return
  element.setAttribute(name, value)
  if (name === 'src') void resolveSrc(value).then((address) => element.setAttribute('src', address))
}

function decoded(text: string): string {
  return (
    new DOMParser().parseFromString(text.replace(/</g, '&lt;'), 'text/html').body.textContent ?? ''
  )
}

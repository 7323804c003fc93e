import { createShadow, WxElement } from './base'

// Elements of WeChat's first versions that are still supported. `hidden` shows and hides them.

/** An element over the whole page. */
abstract class WxOverlay extends WxElement {
  static observedAttributes = ['hidden']

  constructor(className: string, html: string) {
    super()
    createShadow(
      this,
      '<style>:host{position:fixed;z-index:9;inset:0;display:block}' +
        '.box{position:absolute;top:40%;left:50%;min-width:96px;padding:16px;border-radius:8px;background:#4c4c4cf2;' +
        'color:#fff;font-size:15px;text-align:center;transform:translate(-50%,-50%)}' +
        '.dim{position:absolute;inset:0;background:#0009}' +
        '.sheet{position:absolute;right:0;bottom:0;left:0;background:#efeff4;color:#000;font-size:17px;text-align:center}' +
        '.modal{position:absolute;top:45%;left:50%;width:280px;border-radius:8px;background:#fff;color:#000;' +
        'text-align:center;transform:translate(-50%,-50%)}h3{margin:0;padding:20px 20px 4px;font-size:17px}' +
        'p{margin:0;padding:8px 20px 20px;color:#888}.buttons{display:flex;border-top:1px solid #eee}' +
        '.buttons button{all:unset;flex:1;padding:12px 0;color:#3cc51f;cursor:pointer}' +
        '.buttons [hidden]{display:none}</style>' +
        `<div class="${className}">${html}</div>`,
    )
  }

  protected get isShown(): boolean {
    return !this.flag('hidden')
  }
}

/** `<loading>`: hidden. */
export class WxLoading extends WxOverlay {
  constructor() {
    super('box', '<slot></slot>')
  }
}

/** `<toast>`: hidden, duration; change, when its time is over. */
export class WxToast extends WxOverlay {
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor() {
    super('box', '<slot></slot>')
  }

  protected override update(): void {
    clearTimeout(this.#timer)
    if (!this.isShown) return
    this.#timer = setTimeout(() => this.emit('change', {}), this.number('duration', 1500))
  }
}

/** `<action-sheet>`: hidden; change, when it is dismissed. */
export class WxActionSheet extends WxOverlay {
  constructor() {
    super('', '<div class="dim"></div><div class="sheet"><slot></slot></div>')
    this.shadowRoot?.querySelector('.dim')?.addEventListener('click', () => this.dismiss())
  }

  dismiss(): void {
    this.emit('change', {})
  }
}

/** `<action-sheet-cancel>`: a tap dismisses the sheet. */
export class WxActionSheetCancel extends WxElement {
  constructor() {
    super()
    this.addEventListener('click', () => this.closest<WxActionSheet>('wx-action-sheet')?.dismiss())
  }
}

/** `<modal>`: hidden, title, confirm-text, cancel-text, no-cancel; confirm, cancel. */
export class WxModal extends WxOverlay {
  static override observedAttributes = 'hidden title confirm-text cancel-text no-cancel'.split(' ')

  constructor() {
    super(
      '',
      '<div class="dim"></div><div class="modal"><h3 id="title"></h3><p><slot></slot></p>' +
        '<div class="buttons"><button id="cancel"></button><button id="confirm"></button></div></div>',
    )
    for (const name of ['cancel', 'confirm']) {
      this.inner(name).addEventListener('click', () => this.emit(name, {}))
    }
  }

  protected override update(): void {
    this.inner('title').textContent = this.text('title')
    this.inner('confirm').textContent = this.text('confirm-text', '确定')
    this.inner('cancel').textContent = this.text('cancel-text', '取消')
    this.inner('cancel').hidden = this.flag('no-cancel')
  }
}

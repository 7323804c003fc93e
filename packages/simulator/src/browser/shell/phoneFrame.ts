import type { NetworkProfile, PhoneMessage, ShellMessage, ShellPhone } from '../../preview/protocol'
import type { Platform } from '../../wxRules/deviceProfile'
import { element, textElement } from '../dom'
import { t } from './texts'

/** Height of the frame above and below a screen, in pixels; shell.css has it too. */
const BEZELS = 18

/** A phone or computer whose screen the preview takes. */
interface Device {
  name: string
  platform: Platform
  /** Size of the screen, of a computer the size of WeChat's window. Pixels as the app counts them. */
  width: number
  height: number
}

/** The first device of a platform is shown for it. */
const DEVICES: Device[] = [
  { name: 'Simulator', platform: 'devtools', width: 375, height: 740 },
  { name: 'iPhone 15', platform: 'ios', width: 393, height: 852 },
  { name: 'iPhone 15 Pro Max', platform: 'ios', width: 430, height: 932 },
  { name: 'iPhone SE', platform: 'ios', width: 375, height: 667 },
  { name: 'iPad 10', platform: 'ios', width: 820, height: 1180 },
  { name: 'Pixel 8', platform: 'android', width: 412, height: 915 },
  { name: 'Galaxy S8', platform: 'android', width: 360, height: 740 },
  { name: 'Mate 70 (HarmonyOS)', platform: 'ohos', width: 388, height: 844 },
  { name: 'WeChat for Mac', platform: 'mac', width: 414, height: 736 },
  { name: 'WeChat for Windows', platform: 'windows', width: 414, height: 736 },
]

const NETWORKS: [NetworkProfile, string][] = [
  ['wifi', 'Wi-Fi'],
  ['4g', '4G'],
  ['weak3g', t('Weak 3G', '弱 3G')],
  ['none', t('Offline', '离线')],
]

/** A phone with its controls: device, network, language, theme, background, restart. */
export class PhoneFrame {
  readonly element: HTMLElement
  readonly phone: ShellPhone
  readonly #frame = element('iframe')
  readonly #screen = element('div', { class: 'screen' })
  readonly #body = element('div', { class: 'body' })
  readonly #link = element('p', { class: 'link' })
  readonly #onMessage: (message: ShellMessage) => void
  readonly #network: HTMLSelectElement
  readonly #theme: HTMLSelectElement
  readonly #language: HTMLSelectElement
  #device: Device

  /** @param onMessage called with each message of the phone */
  constructor(phone: ShellPhone, onMessage: (message: ShellMessage) => void) {
    this.phone = phone
    this.#onMessage = onMessage
    this.#device =
      DEVICES.find(({ platform }) => platform === phone.platform) ?? (DEVICES[0] as Device)
    this.#frame.src = phone.url
    this.#frame.title = phone.name
    this.#frame.allow = 'clipboard-write'
    this.#network = choice(t('Network', '网络'), NETWORKS, (value) =>
      this.send({ type: 'network', value }),
    )
    this.#language = choice(
      t('Language', '语言'),
      [
        ['zh_CN', '中文'],
        ['en', 'English'],
      ],
      () => this.#reload(),
      phone.language,
    )
    this.#theme = choice(
      t('Theme', '外观'),
      [
        ['light', t('Light', '浅色')],
        ['dark', t('Dark', '深色')],
      ],
      (value) => this.send({ type: 'theme', value }),
    )
    const devices = DEVICES.map(({ name }): [string, string] => [name, name])
    const device = choice(
      t('Device', '设备'),
      devices,
      (name) => this.#use(name),
      this.#device.name,
    )
    const head = element('header', { class: 'phone-head' })
    head.append(
      textElement('phone-name', phone.name, 'b'),
      textElement('phone-user', phone.openid, 'span'),
    )
    const switches = element('div', { class: 'switches' }, device, this.#network, this.#language)
    switches.append(this.#theme, this.#awayButton(), this.#restartButton())
    this.#link.hidden = true
    this.#screen.append(this.#frame)
    this.#body.append(this.#screen)
    this.element = element('article', { class: 'phone' }, head, this.#body, switches, this.#link)
    window.addEventListener('message', ({ source, data }: MessageEvent<ShellMessage>) => {
      if (source === this.#frame.contentWindow) this.#receive(data)
    })
  }

  send(message: PhoneMessage): void {
    this.#frame.contentWindow?.postMessage(message, this.phone.url)
  }

  /** Fits the screen into the height that the page has for it. */
  fit(height: number): void {
    const { width, height: full } = this.#device
    const wanted = Math.max(0.4, Math.min(1, (height - BEZELS) / full))
    // In whole pixels: with fractions, the page's background would show at the edge.
    const shown = Math.floor(width * wanted)
    const scale = shown / width
    this.#frame.style.width = `${width}px`
    this.#frame.style.height = `${full}px`
    this.#frame.style.transform = `scale(${scale})`
    this.#screen.style.width = `${shown}px`
    this.#screen.style.height = `${Math.floor(full * scale)}px`
    this.element.style.width = `${Math.max(shown + BEZELS, 300)}px`
  }

  /** Offers to open a link that the app has copied. */
  #offerLink(text: string): void {
    const isLink = /^https?:\/\/\S+$/.test(text)
    this.#link.hidden = !isLink
    if (!isLink) return
    const link = element('a', { href: `/open?url=${encodeURIComponent(text)}`, target: '_blank' })
    link.textContent = t('Open the copied link on this computer', '在本机打开复制的链接')
    this.#link.replaceChildren(link)
  }

  #receive(message: ShellMessage): void {
    if (message.type === 'copied') this.#offerLink(message.text)
    if (message.type === 'ready') {
      this.send({ type: 'network', value: this.#network.value as NetworkProfile })
    }
    this.#onMessage(message)
  }

  #use(name: string): void {
    this.#device = DEVICES.find((device) => device.name === name) ?? this.#device
    this.element.dispatchEvent(new CustomEvent('resize', { bubbles: true }))
    this.#reload()
  }

  #reload(): void {
    const url = new URL(this.phone.url)
    url.searchParams.set('language', this.#language.value)
    url.searchParams.set('theme', this.#theme.value)
    url.searchParams.set('platform', this.#device.platform)
    this.#frame.src = url.href
  }

  #awayButton(): HTMLElement {
    const away = textElement('', t('Background', '切到后台'), 'button')
    let isAway = false
    away.addEventListener('click', () => {
      isAway = !isAway
      away.textContent = isAway ? t('Foreground', '回到前台') : t('Background', '切到后台')
      this.send({ type: 'background', value: isAway })
    })
    return away
  }

  #restartButton(): HTMLElement {
    const restart = textElement('', t('Restart', '重启'), 'button')
    restart.addEventListener('click', () => this.send({ type: 'reload' }))
    return restart
  }
}

function choice<Value extends string>(
  label: string,
  options: [Value, string][],
  onChange: (value: Value) => void,
  chosen: string = options[0]?.[0] ?? '',
): HTMLSelectElement {
  const select = element('select', { 'aria-label': label, title: label })
  for (const [value, text] of options) select.add(new Option(text, value, false, value === chosen))
  select.addEventListener('change', () => {
    const selected = options.find(([value]) => value === select.value)
    if (selected) onChange(selected[0])
  })
  return select
}

import { WxImage } from './image'
import { WxInput, WxTextarea } from './input'
import { WxNavigator } from './navigator'
import { WxProgress } from './progress'
import { WxScrollView } from './scrollView'
import { WxSwitch } from './switch'
import { WxVideo } from './video'

/** Elements that are style alone. */
const PLAIN = [
  'page',
  'view',
  'text',
  'button',
  'label',
  'form',
  'block',
  'cover-view',
  'root-portal',
]

const ELEMENTS = {
  image: WxImage,
  input: WxInput,
  navigator: WxNavigator,
  progress: WxProgress,
  'scroll-view': WxScrollView,
  switch: WxSwitch,
  textarea: WxTextarea,
  video: WxVideo,
}

/**
 * Makes WeChat's built-in elements known to the browser. One that is missing here is drawn as a box with its
 * name.
 */
export function defineElements(): void {
  for (const tag of PLAIN) customElements.define(`wx-${tag}`, class extends HTMLElement {})
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    customElements.define(`wx-${tag}`, element)
  }
}

/** Whether the preview has the element of a template's tag. */
export function isKnown(tag: string): boolean {
  return !tag.startsWith('wx-') || customElements.get(tag) !== undefined
}

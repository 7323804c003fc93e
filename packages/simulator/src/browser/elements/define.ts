import { WxNavigator, WxScrollView } from './containers'
import { WxImage, WxProgress, WxVideo } from './display'
import { WxInput, WxSwitch, WxTextarea } from './fields'

/** Built-in elements whose names contain a hyphen. */
const HYPHENATED = new Set([
  'checkbox-group',
  'cover-image',
  'cover-view',
  'movable-area',
  'movable-view',
  'match-media',
  'picker-view',
  'picker-view-column',
  'radio-group',
  'rich-text',
  'root-portal',
  'scroll-view',
  'share-element',
  'swiper-item',
  'web-view',
  'page-container',
  'page-meta',
])

/** The custom element for a tag of a template. Components keep their names. */
export function tagOf(tag: string): string {
  const isBuiltIn = !tag.includes('-') || HYPHENATED.has(tag)
  return isBuiltIn ? `wx-${tag}` : tag
}

/** Elements without behaviour. */
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

/** Registers WeChat's built-in elements. An element without an implementation is drawn as a labelled box. */
export function defineElements(): void {
  for (const tag of PLAIN) customElements.define(`wx-${tag}`, class extends HTMLElement {})
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    customElements.define(`wx-${tag}`, element)
  }
}

/** Whether the preview implements an element. */
export function isKnown(tag: string): boolean {
  return !tag.startsWith('wx-') || customElements.get(tag) !== undefined
}

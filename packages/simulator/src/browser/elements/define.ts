import { WxElement } from './base'
import { WxCanvas } from './canvas'
import {
  WxMatchMedia,
  WxMovableView,
  WxNavigator,
  WxPageContainer,
  WxScrollView,
  WxSwiper,
  WxWebView,
} from './containers'
import {
  WxCoverImage,
  WxIcon,
  WxImage,
  WxOpenData,
  WxProgress,
  WxRichText,
  WxVideo,
} from './display'
import { WxInput, WxSlider, WxSwitch, WxTextarea } from './fields'
import {
  WxButton,
  WxCheckbox,
  WxCheckboxGroup,
  WxForm,
  WxLabel,
  WxRadio,
  WxRadioGroup,
} from './form'
import { WxActionSheet, WxActionSheetCancel, WxLoading, WxModal, WxToast } from './overlays'
import { WxPicker, WxPickerView, WxPickerViewColumn } from './pickers'
import {
  WxDoubleTapGesture,
  WxGridView,
  WxLongPressGesture,
  WxPanGesture,
  WxTapGesture,
} from './skyline'

/** Elements without behaviour. */
const PLAIN = (
  'action-sheet-item page view text block cover-view root-portal swiper-item movable-area page-meta navigation-bar ' +
  'custom-tab-bar ' +
  // Of Skyline, without its transitions.
  'list-view nested-scroll-body nested-scroll-header open-container share-element snapshot sticky-header ' +
  'sticky-section ' +
  // Not elements of WeChat, but their content is shown.
  'a b br div em h1 h2 h3 h4 hr i li p section span strong ul'
).split(' ')

const ELEMENTS = {
  'action-sheet': WxActionSheet,
  'action-sheet-cancel': WxActionSheetCancel,
  button: WxButton,
  canvas: WxCanvas,
  checkbox: WxCheckbox,
  'checkbox-group': WxCheckboxGroup,
  'cover-image': WxCoverImage,
  'double-tap-gesture-handler': WxDoubleTapGesture,
  form: WxForm,
  'grid-view': WxGridView,
  'horizontal-drag-gesture-handler': class extends WxPanGesture {},
  icon: WxIcon,
  image: WxImage,
  input: WxInput,
  label: WxLabel,
  loading: WxLoading,
  'long-press-gesture-handler': WxLongPressGesture,
  'match-media': WxMatchMedia,
  modal: WxModal,
  'movable-view': WxMovableView,
  navigator: WxNavigator,
  'open-data': WxOpenData,
  'page-container': WxPageContainer,
  'pan-gesture-handler': WxPanGesture,
  picker: WxPicker,
  'picker-view': WxPickerView,
  'picker-view-column': WxPickerViewColumn,
  progress: WxProgress,
  radio: WxRadio,
  'radio-group': WxRadioGroup,
  'rich-text': WxRichText,
  'scroll-view': WxScrollView,
  slider: WxSlider,
  swiper: WxSwiper,
  switch: WxSwitch,
  'tap-gesture-handler': WxTapGesture,
  textarea: WxTextarea,
  'vertical-drag-gesture-handler': class extends WxPanGesture {},
  toast: WxToast,
  video: WxVideo,
  'web-view': WxWebView,
}

/** Elements of WeChat that the preview draws as a labelled box; those with one word are boxes too. */
const NOT_IMITATED = (
  'ad-custom channel-live channel-video draggable-sheet force-press-gesture-handler ' +
  'functional-page-navigator grid-builder keyboard-accessory list-builder live-player ' +
  'live-pusher official-account official-account-publish open-data-item open-data-list ' +
  'scale-gesture-handler selection store-coupon store-gift store-home store-product voip-room'
).split(' ')
const HYPHENATED = new Set(
  [...PLAIN, ...Object.keys(ELEMENTS), ...NOT_IMITATED].filter((tag) => tag.includes('-')),
)

/** The custom element for a tag of a template. Components keep their names. */
export function tagOf(tag: string): string {
  const isBuiltIn = !tag.includes('-') || HYPHENATED.has(tag) || tag.startsWith('xr-')
  return isBuiltIn ? `wx-${tag}` : tag
}

/** Roles of `aria-role` that a keyboard can reach. */
const CONTROLS = ['button', 'link', 'checkbox', 'radio', 'switch', 'tab']

/** An element without behaviour. Its `aria-role` is what screen readers and keyboards take it for. */
class WxPlain extends WxElement {
  static observedAttributes = ['aria-role']

  protected override update(): void {
    const role = this.text('aria-role')
    if (role === '') return
    this.setAttribute('role', role)
    if (!CONTROLS.includes(role)) return
    this.tabIndex = 0
    this.onkeydown = (event) => {
      if (event.target !== this || (event.key !== 'Enter' && event.key !== ' ')) return
      event.preventDefault()
      // A tap consists of these events.
      for (const type of ['mousedown', 'mouseup', 'click']) {
        this.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true }))
      }
    }
  }
}

/** Registers WeChat's built-in elements. An element without an implementation is drawn as a labelled box. */
export function defineElements(): void {
  for (const tag of PLAIN) customElements.define(`wx-${tag}`, class extends WxPlain {})
  for (const [tag, element] of Object.entries(ELEMENTS)) {
    customElements.define(`wx-${tag}`, element)
  }
}

/** Whether the preview implements an element. */
export function isKnown(tag: string): boolean {
  return !tag.startsWith('wx-') || customElements.get(tag) !== undefined
}

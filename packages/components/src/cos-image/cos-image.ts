import { absolutePrefix, hiddenState } from '../client'
import { fileKind } from '../file'
import { problemOf } from '../locale'
import { signedUrl } from '../signedUrl'
import { snapshotQuery } from '../snapshotQuery'

/** Numbers are px, as in TDesign, also `width="100"`; other texts have their unit. */
const length = (value: string | number) => (/^\d+$/.test(`${value}`) ? `${value}px` : value)

/** Width of a video's cover: a screen of a dense phone, in pixels. */
const COVER_WIDTH = 750

/** The state of an image: its pending request, and how often its URL was signed again after an error. */
interface ImageState {
  /** The result of an earlier request must not replace a later one. */
  turn: number
  retries: number
  /** Unix seconds. */
  until: number
}

const stateOf = hiddenState((): ImageState => ({ turn: 0, retries: 0, until: 0 }))

/**
 * A picture of a bucket. Its URL is signed when it is needed and signed again when it has expired, so that an app
 * never stores one. Events: `load`, `error` (`{ code, message, advice }`), `click` (`{ url }`). Slots: `loading`,
 * `error`.
 */
Component({
  externalClasses: ['cos-class'],
  options: { multipleSlots: true },
  properties: {
    /** Name of a client given to `configure`. */
    client: { type: String, value: 'default' },
    /** Object key: relative to the user's own folder, or absolute with a slash at its beginning. */
    objectKey: String,
    /** Processing parameters of COS: `imageMogr2/thumbnail/400x`; needs data processing for the bucket. */
    process: String,
    /**
     * Shows a video by a snapshot. COS takes it by media processing, which must be enabled for the bucket, is billed for
     * each snapshot, and needs `videoCovers: true` in the access rule. Without a snapshot, an icon is shown.
     */
    videoCovers: Boolean,
    /** Seconds for which a URL is valid. */
    expires: { type: Number, value: 1800 },
    mode: { type: String, value: 'aspectFill' },
    width: { type: null, value: '' as string | number, optionalTypes: [String, Number] },
    height: { type: null, value: '' as string | number, optionalTypes: [String, Number] },
    /** `square`, `round` or `circle`. */
    shape: { type: String, value: 'square' },
    lazy: Boolean,
    /** Shows the picture in full when it is tapped. */
    preview: Boolean,
    showMenuByLongpress: Boolean,
    /** Description for screen readers. */
    alt: String,
    /** Whether the slot `loading` or `error` replaces the icon. */
    ownLoading: Boolean,
    ownError: Boolean,
    locale: String,
  },
  data: {
    url: '',
    /** `loading`, `done` or `error`. */
    state: 'loading',
    isVideo: false,
    size: '',
  },
  observers: {
    'client, objectKey, process, videoCovers'() {
      stateOf(this).retries = 0
      void this.sign(false)
    },
    'width, height'(width: string | number, height: string | number) {
      this.setData({
        size: [
          ...(width ? [`width:${length(width)}`] : []),
          ...(height ? [`height:${length(height)}`] : []),
        ].join(';'),
      })
    },
  },
  pageLifetimes: {
    show() {
      // A picture that is on the screen stays; one that could not be loaded any more gets a new URL.
      const { until } = stateOf(this)
      if (this.data.state === 'error' && until < Date.now() / 1000) void this.sign(true)
    },
  },
  methods: {
    /** Signs and loads the picture again. */
    reload() {
      stateOf(this).retries = 0
      return this.sign(true)
    },

    async sign(isFresh: boolean) {
      const { client, objectKey, process, videoCovers, expires, locale } = this.data
      const state = stateOf(this)
      state.turn++
      const { turn } = state
      const isVideo = videoCovers && fileKind(objectKey) === 'video'
      this.setData({ isVideo })
      if (!objectKey) {
        this.setData({ url: '', state: 'loading' })
        return
      }
      try {
        const key = await absolutePrefix(client, objectKey)
        const query = isVideo ? snapshotQuery(COVER_WIDTH) : process ? { [process]: '' } : {}
        const { url, until } = await signedUrl(client, key, query, expires, isFresh)
        if (turn !== state.turn) return
        state.until = until
        if (url === this.data.url) {
          if (!isFresh) return
          // Signed twice in one second: the same URL is loaded again only by a new element.
          this.setData({ url: '' })
        }
        this.setData({ url, state: 'loading' })
      } catch (error) {
        if (turn !== state.turn) return
        this.setData({ url: '', state: 'error' })
        this.triggerEvent('error', problemOf(error, locale))
      }
    },

    onLoad(event: WechatMiniprogram.CustomEvent) {
      stateOf(this).retries = 0
      this.setData({ state: 'done' })
      this.triggerEvent('load', event.detail)
    },

    /** The URL may have expired while the picture waited to be scrolled into view. */
    onError(event: WechatMiniprogram.CustomEvent<{ errMsg: string }>) {
      const state = stateOf(this)
      if (state.retries === 0) {
        state.retries = 1
        void this.sign(true)
        return
      }
      this.setData({ state: 'error' })
      this.triggerEvent('error', problemOf(event.detail, this.data.locale))
    },

    async onTap() {
      const { client, objectKey, preview, state, isVideo } = this.data
      this.triggerEvent('click', { url: this.data.url })
      // A video can be played without its cover.
      if (state === 'error' && !isVideo) void this.reload()
      else if (preview && objectKey) {
        // In full: without the processing parameters.
        const key = await absolutePrefix(client, objectKey)
        const { url } = await signedUrl(client, key)
        // WeChat on computers has no previewMedia.
        if (isVideo) wx.previewMedia({ sources: [{ url, type: 'video' }] })
        else wx.previewImage({ urls: [url] })
      }
    },
  },
})

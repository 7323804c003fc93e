import {
  type FileKind,
  fileKind,
  formatSize,
  formatTime,
  refreshFileLists,
} from 'miniprogram-cos-components'
import { pick, t } from '../../i18n/index'
import { exists, isName } from '../../services/cos'
import { describeError, type Problem, showError } from '../../services/describeError'
import {
  download,
  linkTo,
  readDetails,
  readText,
  remove,
  rename,
  saveToPhone,
} from '../../services/file'

/** A link expires with the credentials that sign it. */
const LINK_MINUTES = [5, 15, 30]
/** Validity of the preview link, in seconds. */
const PREVIEW_SECONDS = 1800

Page({
  data: {
    t: pick('failedTitle', 'retry', 'noPreview', 'copyLink', 'save', 'rename', 'remove'),
    path: '',
    kind: '' as FileKind | '',
    url: '',
    text: '',
    facts: [] as { label: string; value: string }[],
    problem: null as Problem | null,
  },

  onLoad({ path = '' }: Record<string, string | undefined>) {
    void this.open(decodeURIComponent(path))
  },

  onRetry() {
    void this.open(this.data.path)
  },

  async open(path: string) {
    const name = nameOf(path)
    wx.setNavigationBarTitle({ title: name })
    const kind = fileKind(name)
    this.setData({ path, kind, url: '', text: '', problem: null })
    try {
      const { size, type, time, etag } = await readDetails(path)
      this.setData({
        facts: [
          { label: t.name, value: name },
          { label: t.size, value: formatSize(size) },
          { label: t.type, value: type },
          { label: t.time, value: formatTime(time) },
          { label: t.etag, value: etag },
        ],
      })
      if (kind === 'text') this.setData({ text: await readText(path, size) })
      if (kind === 'image' || kind === 'video') {
        this.setData({ url: (await linkTo(path, PREVIEW_SECONDS)).url })
      }
    } catch (error) {
      this.setData({ problem: describeError(error) })
    }
  },

  onPreview() {
    wx.previewImage({ urls: [this.data.url] })
  },

  async onCopyLink() {
    await this.attempt(async () => {
      const { tapIndex } = await wx.showActionSheet({ itemList: LINK_MINUTES.map(t.linkFor) })
      const { url, until } = await linkTo(this.data.path, (LINK_MINUTES[tapIndex] as number) * 60)
      await wx.setClipboardData({ data: url })
      wx.showToast({ title: t.linkUntil(formatTime(until).slice(-5)), icon: 'none' })
    })
  },

  async onSave() {
    const { path, kind } = this.data
    await this.attempt(async () => {
      wx.showLoading({ title: t.downloading(0) })
      try {
        const file = await download(path, (percent) => {
          wx.showLoading({ title: t.downloading(percent) })
        })
        wx.hideLoading()
        await saveToPhone(file, nameOf(path), kind)
        wx.showToast({ title: t.saved })
      } catch (error) {
        wx.hideLoading()
        throw error
      }
    })
  },

  async onRename() {
    const { path } = this.data
    const { confirm, content } = await wx.showModal({
      title: t.rename,
      content: nameOf(path),
      editable: true,
    })
    const name = (content || '').trim()
    if (!confirm || name === nameOf(path)) return
    if (!isName(name)) {
      wx.showToast({ title: t.badName, icon: 'none' })
      return
    }
    const newPath = path.slice(0, -nameOf(path).length) + name
    await this.attempt(async () => {
      if (await exists(newPath)) {
        wx.showToast({ title: t.nameTaken, icon: 'none' })
        return
      }
      await rename(path, newPath)
      refreshFileLists()
      wx.showToast({ title: t.renamed })
      await this.open(newPath)
    })
  },

  async onRemove() {
    const { confirm } = await wx.showModal({
      title: t.removeTitle,
      content: nameOf(this.data.path),
      confirmText: t.remove,
      confirmColor: '#e5484d',
    })
    if (!confirm) return
    await this.attempt(async () => {
      await remove(this.data.path)
      refreshFileLists()
      wx.navigateBack()
    })
  },

  /** Runs an action and shows its error. */
  async attempt(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      showError(error)
    }
  },
})

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

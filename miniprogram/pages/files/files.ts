import { formatSize } from 'miniprogram-cos-components'
import { FEATURES } from '../../config'
import { pick, t } from '../../i18n/index'
import { cos, isName, makeFolder, openFolder } from '../../services/cos'
import { showError } from '../../services/describeError'

/** Methods of `<cos-file-list>` that the page calls. */
interface ListMethods {
  refresh: () => Promise<void>
  loadMore: () => Promise<void>
  open: (path: string) => void
}

const PEOPLE =
  'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 19.5c0-3.5 3-5.5 6.5-5.5s6.5 2 6.5 5.5M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .7 3.5 2.4 3.5 5'

Page({
  data: {
    t: pick('onlyYou', 'newFolder', 'uploadHere', 'storage'),
    texts: { emptyText: t.emptyText, ...(FEATURES.trash ? { removeText: t.toTrash } : {}) },
    path: '',
    hasCovers: FEATURES.videoCovers,
    usage: null as { text: string; percent: number } | null,
    links: [
      ...(FEATURES.trash ? [{ url: '/pages/trash/trash', icon: 'trash', text: t.trash }] : []),
      ...(FEATURES.review
        ? [{ url: '/pages/sharing/sharing', path: PEOPLE, text: t.sharing }]
        : []),
    ],
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.myFiles })
  },

  onShow() {
    void this.showUsage()
  },

  /** Also after files were deleted. */
  async showUsage() {
    if (!FEATURES.quota) return
    try {
      const { used, quota = 0 } = await cos.usage()
      const percent = Math.min(100, Math.round((used / quota) * 100))
      this.setData({ usage: { text: t.storageOf(formatSize(used), formatSize(quota)), percent } })
    } catch (_) {
      // The list below shows the error.
    }
  },

  onLink(event: WechatMiniprogram.TouchEvent) {
    wx.navigateTo({ url: event.currentTarget.dataset.url as string })
  },

  async onPullDownRefresh() {
    await this.list().refresh()
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    void this.list().loadMore()
  },

  onOpenFolder({ detail }: WechatMiniprogram.CustomEvent<{ path: string }>) {
    openFolder.path = detail.path
    this.setData({ path: detail.path })
  },

  onOpenFile({ detail }: WechatMiniprogram.CustomEvent<{ file: { name: string } }>) {
    const path = this.data.path + detail.file.name
    wx.navigateTo({ url: `/pages/detail/detail?path=${encodeURIComponent(path)}` })
  },

  /** The selection bar replaces the tab bar. */
  onSelect({ detail }: WechatMiniprogram.CustomEvent<{ isSelecting: boolean }>) {
    if (detail.isSelecting) wx.hideTabBar({})
    else wx.showTabBar({})
  },

  onUpload() {
    wx.switchTab({ url: '/pages/upload/upload' })
  },

  async onNewFolder() {
    const { confirm, content } = await wx.showModal({
      title: t.newFolder,
      editable: true,
      placeholderText: t.folderName,
    })
    if (!confirm) return
    const name = (content || '').trim()
    if (!isName(name)) {
      wx.showToast({ title: t.badName, icon: 'none' })
      return
    }
    try {
      await makeFolder(this.data.path + name)
      this.list().open(`${this.data.path + name}/`)
    } catch (error) {
      showError(error)
    }
  },

  list(): ListMethods {
    return this.selectComponent('#list') as ReturnType<typeof this.selectComponent> & ListMethods
  },
})

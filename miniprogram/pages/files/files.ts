import { t } from '../../i18n/index'
import { describeError } from '../../services/describeError'
import { isName, makeFolder, openFolder } from '../../services/folder'

/** Methods of `<cos-file-list>` that the page calls. */
interface ListMethods {
  refresh: () => Promise<void>
  loadMore: () => Promise<void>
  open: (path: string) => void
}

Page({
  data: {
    t: { onlyYou: t.onlyYou, newFolder: t.newFolder, uploadHere: t.uploadHere },
    texts: { emptyText: t.emptyText },
    path: '',
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.myFiles })
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

  /** The bar of the selection takes the place of the tab bar. */
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
      const { advice } = describeError(error)
      wx.showModal({ title: t.failedTitle, content: advice, showCancel: false })
    }
  },

  list(): ListMethods {
    return this.selectComponent('#list') as ReturnType<typeof this.selectComponent> & ListMethods
  },
})

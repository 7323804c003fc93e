import { isCosError } from 'miniprogram-cos'
import { fileKind, formatSize, refreshFileLists } from 'miniprogram-cos-components'
import { t } from '../../i18n/index'
import { describeError, type Problem } from '../../services/describeError'
import { type DeletedFile, erase, readTrash, restore } from '../../services/trash'

const DAY = 24 * 3600 * 1000

Page({
  data: {
    t: {
      restore: t.restore,
      erase: t.erase,
      emptyTrash: t.emptyTrash,
      emptyTrashText: t.emptyTrashText,
      failedTitle: t.failedTitle,
      retry: t.retry,
    },
    rows: [] as { id: string; name: string; kind: string; meta: string }[],
    isEmpty: false,
    problem: null as Problem | null,
  },
  files: [] as DeletedFile[],

  onLoad() {
    wx.setNavigationBarTitle({ title: t.trash })
    void this.read()
  },

  async onPullDownRefresh() {
    await this.read()
    wx.stopPullDownRefresh()
  },

  async read() {
    try {
      this.files = await readTrash()
      const rows = this.files.map(({ id, path, size, expires }) => {
        const days = Math.max(0, Math.ceil((expires - Date.now()) / DAY))
        const meta = `${formatSize(size)} · ${t.daysLeft(days)}`
        return { id, name: path, kind: fileKind(path), meta }
      })
      this.setData({ rows, isEmpty: rows.length === 0, problem: null })
    } catch (error) {
      this.setData({ rows: [], isEmpty: false, problem: describeError(error) })
    }
  },

  onRetry() {
    void this.read()
  },

  async onRestore(event: WechatMiniprogram.TouchEvent) {
    const file = this.fileOf(event)
    await this.attempt(async () => {
      try {
        await restore(file, false)
      } catch (error) {
        if (!isCosError(error) || error.code !== 'KitTrashConflict') throw error
        const { confirm } = await wx.showModal({
          title: t.nameTaken,
          content: t.replaceText,
          confirmText: t.replace,
        })
        if (!confirm) return
        await restore(file, true)
      }
      refreshFileLists()
      wx.showToast({ title: t.restored })
    })
  },

  async onErase(event: WechatMiniprogram.TouchEvent) {
    const file = this.fileOf(event)
    const { confirm } = await wx.showModal({
      title: t.erase,
      content: t.eraseText(file.path),
      confirmText: t.remove,
      confirmColor: '#e5484d',
    })
    if (confirm) await this.attempt(() => erase(file))
  },

  fileOf(event: WechatMiniprogram.TouchEvent): DeletedFile {
    return this.files[event.currentTarget.dataset.index as number] as DeletedFile
  },

  /** Runs an action, shows its error, and reads the trash again. */
  async attempt(run: () => Promise<void>) {
    try {
      await run()
    } catch (error) {
      wx.showModal({
        title: t.failedTitle,
        content: describeError(error).advice,
        showCancel: false,
      })
    }
    await this.read()
  },
})

import { isCosError, type ListTrashResult } from 'miniprogram-cos'
import { fileKind, formatSize, refreshFileLists } from 'miniprogram-cos-components'
import { pick, t } from '../../i18n/index'
import { cos, keyOf } from '../../services/cos'
import { describeError, type Problem, showError } from '../../services/describeError'

type Deleted = ListTrashResult['Contents'][number]

const DAY = 24 * 3600 * 1000

Page({
  data: {
    t: pick('restore', 'erase', 'emptyTrash', 'emptyTrashText', 'failedTitle', 'retry'),
    rows: [] as { id: string; name: string; kind: string; meta: string }[],
    isEmpty: false,
    problem: null as Problem | null,
  },
  files: [] as Deleted[],

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
      const prefix = await keyOf('')
      this.files = await readTrash(prefix)
      const rows = this.files.map(({ TrashId, Key, Size, Expires }) => {
        const name = Key.slice(prefix.length)
        const days = Math.max(0, Math.ceil((Date.parse(Expires) - Date.now()) / DAY))
        const meta = `${formatSize(Size)} · ${t.daysLeft(days)}`
        return { id: TrashId, name, kind: fileKind(name), meta }
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
    const { Key, TrashId } = this.fileOf(event)
    await this.attempt(async () => {
      try {
        await cos.restore({ Key, TrashId })
      } catch (error) {
        if (!isCosError(error) || error.code !== 'KitTrashConflict') throw error
        const { confirm } = await wx.showModal({
          title: t.nameTaken,
          content: t.replaceText,
          confirmText: t.replace,
        })
        if (!confirm) return
        await cos.restore({ Key, TrashId, Overwrite: true })
      }
      refreshFileLists()
      wx.showToast({ title: t.restored })
    })
  },

  async onErase(event: WechatMiniprogram.TouchEvent) {
    const { Key, TrashId } = this.fileOf(event)
    const { confirm } = await wx.showModal({
      title: t.erase,
      content: t.eraseText(Key.slice((await keyOf('')).length)),
      confirmText: t.remove,
      confirmColor: '#e5484d',
    })
    if (confirm) await this.attempt(() => cos.erase({ Key, TrashId }))
  },

  fileOf(event: WechatMiniprogram.TouchEvent): Deleted {
    return this.files[event.currentTarget.dataset.index as number] as Deleted
  },

  /** Runs an action, shows its error, and reads the trash again. */
  async attempt(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      showError(error)
    }
    await this.read()
  },
})

/** The user's deleted files, the last one first. */
async function readTrash(prefix: string): Promise<Deleted[]> {
  const files: Deleted[] = []
  let Marker: string | undefined
  do {
    const page: ListTrashResult = await cos.listTrash({ Prefix: prefix, ...(Marker && { Marker }) })
    files.push(...page.Contents)
    Marker = page.NextMarker
  } while (Marker)
  return files.sort((a, b) => Date.parse(b.Deleted) - Date.parse(a.Deleted))
}

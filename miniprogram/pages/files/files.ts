import { t } from '../../i18n/index'
import type { Problem } from '../../services/describeError'
import { describeError } from '../../services/describeError'
import type { FolderPage } from '../../services/folder'
import { makeFolder, openFolder, readFolder, removeAll } from '../../services/folder'
import { thumbnailOf } from '../../services/thumbnails'
import { countFinished } from '../../services/uploads'
import { isName } from '../../text/fileName'
import { formatSize, formatTime } from '../../text/format'

interface Row {
  /** Folders end in a slash. */
  path: string
  name: string
  meta: string
  kind: string
  size: number
  thumbnail: string
  isSelected: boolean
}

Page({
  data: {
    t: {
      onlyYou: t.onlyYou,
      select: t.select,
      all: t.all,
      done: t.done,
      remove: t.remove,
      newFolder: t.newFolder,
      failedTitle: t.failedTitle,
      retry: t.retry,
      emptyTitle: t.emptyTitle,
      emptyText: t.emptyText,
      uploadHere: t.uploadHere,
      loading: t.loading,
      noMore: t.noMore,
    },
    crumbs: [] as { path: string; name: string }[],
    rows: [] as Row[],
    /** Where the next page begins; empty at the end. */
    marker: '',
    isLoading: false,
    isEmpty: false,
    problem: null as Problem | null,
    isSelecting: false,
    count: 0,
    countText: '',
  },

  /** The result of an earlier request must not replace a later one. */
  turn: 0,
  seenFinished: 0,

  onLoad() {
    wx.setNavigationBarTitle({ title: t.myFiles })
    void this.open('')
  },

  onShow() {
    // Files may have been uploaded, or changed on the detail page.
    if (this.seenFinished === countFinished() && !openFolder.isChanged) return
    void this.open(openFolder.path)
  },

  async onPullDownRefresh() {
    await this.open(openFolder.path)
    wx.stopPullDownRefresh()
  },

  onReachBottom() {
    if (this.data.marker && !this.data.isLoading) void this.readMore()
  },

  onRetry() {
    void this.open(openFolder.path)
  },

  onCrumb(event: WechatMiniprogram.TouchEvent) {
    void this.open(event.currentTarget.dataset.path as string)
  },

  onUpload() {
    wx.switchTab({ url: '/pages/upload/upload' })
  },

  onOpen(event: WechatMiniprogram.TouchEvent) {
    const path = event.currentTarget.dataset.path as string
    if (this.data.isSelecting) {
      this.setRows(
        this.data.rows.map((row) => ({
          ...row,
          isSelected: row.path === path ? !row.isSelected : row.isSelected,
        })),
      )
    } else if (path.slice(-1) === '/') {
      void this.open(path)
    } else {
      wx.navigateTo({ url: `/pages/detail/detail?path=${encodeURIComponent(path)}` })
    }
  },

  onSelect() {
    this.setData({ isSelecting: true })
    this.setRows(this.data.rows)
  },

  onSelectAll() {
    const isSelected = this.data.count < this.data.rows.length
    this.setRows(this.data.rows.map((row) => ({ ...row, isSelected })))
  },

  onSelectEnd() {
    this.setData({ isSelecting: false })
    this.setRows(this.data.rows.map((row) => ({ ...row, isSelected: false })))
  },

  async onRemove() {
    const paths = this.data.rows.filter(({ isSelected }) => isSelected).map(({ path }) => path)
    if (paths.length === 0) return
    const { confirm } = await wx.showModal({
      title: t.removeTitle,
      content: t.removeText(paths.length),
      confirmText: t.remove,
      confirmColor: '#e5484d',
    })
    if (!confirm) return
    await this.attempt(async () => {
      const refused = await removeAll(paths)
      wx.showToast({
        title: refused > 0 ? t.notRemoved(refused) : t.removed,
        icon: refused > 0 ? 'none' : 'success',
      })
    })
    this.setData({ isSelecting: false })
    await this.open(openFolder.path)
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
    const path = openFolder.path + name
    await this.attempt(async () => {
      await makeFolder(path)
      await this.open(`${path}/`)
    })
  },

  /** Shows a folder from its beginning. */
  async open(path: string) {
    openFolder.path = path
    openFolder.isChanged = false
    this.seenFinished = countFinished()
    this.setData({ crumbs: crumbsOf(path), marker: '', problem: null, isEmpty: false })
    await this.readMore()
  },

  /** Reads the next page; the first replaces what is shown. */
  async readMore() {
    this.turn++
    const { turn } = this
    const { marker } = this.data
    this.setData({ isLoading: true })
    try {
      const page = await readFolder(openFolder.path, marker)
      if (turn !== this.turn) return
      const rows = foldersFirst([...(marker ? this.data.rows : []), ...rowsOf(page)])
      this.setData({ marker: page.marker, isEmpty: rows.length === 0 })
      this.setRows(rows)
      void this.showThumbnails(turn)
    } catch (error) {
      if (turn !== this.turn) return
      this.setData({ problem: describeError(error), rows: marker ? this.data.rows : [] })
    } finally {
      if (turn === this.turn) this.setData({ isLoading: false })
    }
  },

  async showThumbnails(turn: number) {
    for (const { path, kind, size, thumbnail } of this.data.rows) {
      if (kind !== 'image' || thumbnail) continue
      const address = await thumbnailOf(path, size).catch(() => '')
      if (turn !== this.turn) return
      const index = this.data.rows.findIndex((row) => row.path === path)
      if (index >= 0 && address) this.setData({ [`rows[${index}].thumbnail`]: address })
    }
  },

  setRows(rows: Row[]) {
    const count = rows.filter(({ isSelected }) => isSelected).length
    this.setData({ rows, count, countText: t.selected(count) })
  },

  /** Runs an action and shows its error. */
  async attempt(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      const { advice } = describeError(error)
      wx.showModal({ title: t.failedTitle, content: advice, showCancel: false })
    }
  },
})

function rowsOf({ folders, files }: FolderPage): Row[] {
  const plain = { meta: '', size: 0, thumbnail: '', isSelected: false }
  return [
    ...folders.map((folder) => ({ ...plain, ...folder, kind: 'folder' })),
    ...files.map(({ path, name, kind, size, time }) => ({
      ...plain,
      path,
      name,
      kind,
      size,
      meta: `${formatSize(size)} · ${formatTime(time)}`,
    })),
  ]
}

/** COS lists both by name, a page at a time. */
function foldersFirst(rows: Row[]): Row[] {
  const isFolder = ({ kind }: Row) => kind === 'folder'
  return [...rows.filter(isFolder), ...rows.filter((row) => !isFolder(row))]
}

/** `My files > trips > 2026` */
function crumbsOf(path: string): { path: string; name: string }[] {
  const names = path.split('/').slice(0, -1)
  return [
    { path: '', name: t.myFiles },
    ...names.map((name, i) => ({ path: `${names.slice(0, i + 1).join('/')}/`, name })),
  ]
}

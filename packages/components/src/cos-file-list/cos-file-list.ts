import { absolutePrefix, countChanges, hiddenState } from '../client'
import { formatSize, formatTime } from '../file'
import { fill, type Problem, problemOf, type Texts, textsFor } from '../locale'
import { coverUrl, type FileEntry, readFolder, removeAll, thumbnailUrl } from './folder'

/** Texts, for the property `texts`. `{n}` is filled in. */
const TEXTS = {
  root: ['我的文件', 'My files'],
  select: ['选择', 'Select'],
  all: ['全选', 'All'],
  done: ['完成', 'Done'],
  selected: ['已选 {n} 项', '{n} selected'],
  remove: ['删除', 'Delete'],
  removeTitle: ['确认删除？', 'Delete?'],
  removeText: ['将删除所选的 {n} 项，无法恢复。', '{n} selected. This cannot be undone.'],
  removed: ['已删除', 'Deleted'],
  notRemoved: ['{n} 项未能删除', '{n} could not be deleted'],
  emptyTitle: ['这里还没有文件', 'Nothing here yet'],
  emptyText: ['', ''],
  failedTitle: ['操作失败', 'Something went wrong'],
  retry: ['重试', 'Try again'],
  loading: ['加载中…', 'Loading…'],
  noMore: ['没有更多了', 'No more files'],
}

type FileListTexts = Texts<typeof TEXTS>

interface Row extends FileEntry {
  meta: string
  thumbnail: string
  isSelected: boolean
}

/** The state of the list that is not shown. */
interface ListState {
  /** The result of an earlier request must not replace a later one. */
  turn: number
  /** The number of changes when the list was read. */
  changes: number
  /** Key prefix of the property `prefix`. */
  root: string
  isAttached?: boolean
  observer?: WechatMiniprogram.IntersectionObserver
}

const stateOf = hiddenState((): ListState => ({ turn: 0, changes: 0, root: '' }))

/**
 * The files of a folder: sub-folders, endless scroll, selection, small pictures. It reads the folder again when its
 * page is shown after an upload. Events: `click` (`{ file, index }`), `open` (`{ path }`), `select`
 * (`{ isSelecting, files }`), `remove` (`{ files, refused }`), `load` (`{ files, isComplete }`), `fail`. Slots:
 * `title`, `actions`, `empty`.
 */
Component({
  externalClasses: ['cos-class'],
  options: { multipleSlots: true },
  properties: {
    /** Name of a client given to `configure`. */
    client: { type: String, value: 'default' },
    /** The top folder: relative to the user's own, or absolute with a slash at its beginning. */
    prefix: String,
    /** The open folder below `prefix`, with a slash at its end. */
    path: String,
    /** Entries a request. */
    pageSize: { type: Number, value: 30 },
    /** Small pictures of images. */
    thumbnails: { type: Boolean, value: true },
    /**
     * Snapshots of videos. COS takes them by media processing, which must be enabled for the bucket, is billed for each
     * snapshot, and needs `videoCovers: true` in the access rule. A video without one keeps its icon.
     */
    videoCovers: Boolean,
    /** Lets the user select and delete. */
    removable: Boolean,
    locale: String,
    texts: { type: Object, value: null as Partial<FileListTexts> | null },
  },
  data: {
    t: {} as FileListTexts,
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
  observers: {
    'locale, texts'(locale: string, texts: Partial<FileListTexts> | null) {
      this.setData({ t: textsFor(TEXTS, locale, texts) })
    },
    'client, prefix, path'() {
      if (stateOf(this).isAttached) void this.refresh()
    },
  },
  lifetimes: {
    attached() {
      stateOf(this).isAttached = true
      this.setData({ t: textsFor(TEXTS, this.data.locale, this.data.texts) })
      void this.refresh()
    },
    detached() {
      const state = stateOf(this)
      state.observer?.disconnect()
      state.isAttached = false
    },
  },
  pageLifetimes: {
    show() {
      if (stateOf(this).changes !== countChanges()) void this.refresh()
    },
  },
  methods: {
    /** Reads the folder again, from its beginning. */
    refresh() {
      return this.read('')
    },

    /** Opens a folder below `prefix`. */
    open(path: string) {
      this.setData({ path })
      this.triggerEvent('open', { path })
    },

    /** Reads the next page, if there is one: for `onReachBottom` where the list is in a scroll-view. */
    async loadMore() {
      if (this.data.marker && !this.data.isLoading) await this.read(this.data.marker)
    },

    onRetry() {
      void this.refresh()
    },
    onCrumb(event: WechatMiniprogram.TouchEvent) {
      this.open(event.currentTarget.dataset.path as string)
    },
    onTap(event: WechatMiniprogram.TouchEvent) {
      const index = event.currentTarget.dataset.index as number
      const row = this.data.rows[index]
      if (!row) return
      if (this.data.isSelecting) {
        this.setData({ [`rows[${index}].isSelected`]: !row.isSelected })
        this.countSelected()
      } else if (row.kind === 'folder') this.open(row.key.slice(stateOf(this).root.length))
      else this.triggerEvent('click', { file: entryOf(row), index })
    },

    onSelect() {
      if (this.data.removable) this.select(true, false)
    },
    onSelectAll() {
      this.select(true, this.data.count < this.data.rows.length)
    },
    onSelectEnd() {
      this.select(false, false)
    },
    select(isSelecting: boolean, isSelected: boolean) {
      this.setData({ isSelecting, rows: this.data.rows.map((row) => ({ ...row, isSelected })) })
      this.countSelected()
    },
    countSelected() {
      const { rows, isSelecting, t } = this.data
      const files = rows.filter((row) => row.isSelected).map(entryOf)
      this.setData({ count: files.length, countText: fill(t.selected, { n: files.length }) })
      this.triggerEvent('select', { isSelecting, files })
    },

    async onRemove() {
      const { client, rows, t, locale } = this.data
      const files = rows.filter(({ isSelected }) => isSelected).map(entryOf)
      if (files.length === 0) return
      const { confirm } = await wx.showModal({
        title: t.removeTitle,
        content: fill(t.removeText, { n: files.length }),
        confirmText: t.remove,
        confirmColor: '#d54941',
      })
      if (!confirm) return
      try {
        const refused = await removeAll(
          client,
          files.map(({ key }) => key),
        )
        wx.showToast({
          title: refused > 0 ? fill(t.notRemoved, { n: refused }) : t.removed,
          icon: refused > 0 ? 'none' : 'success',
        })
        this.triggerEvent('remove', { files, refused })
      } catch (error) {
        const problem = problemOf(error, locale)
        wx.showModal({ title: t.failedTitle, content: problem.advice, showCancel: false })
        this.triggerEvent('fail', problem)
      }
      this.select(false, false)
      await this.refresh()
    },

    /** Reads a page of the folder; the first page replaces the rows. */
    async read(marker: string) {
      const { client, prefix, path, pageSize, locale, t } = this.data
      const state = stateOf(this)
      state.turn++
      const { turn } = state
      if (!marker) {
        state.changes = countChanges()
        const isOther = this.data.crumbs[this.data.crumbs.length - 1]?.path !== path
        this.setData({ crumbs: crumbsOf(path, t.root), problem: null, isEmpty: false })
        if (isOther) this.setData({ rows: [], isSelecting: false })
      }
      this.setData({ isLoading: true })
      try {
        const root = await absolutePrefix(client, prefix)
        const page = await readFolder(client, root + path, marker, pageSize)
        if (turn !== state.turn) return
        state.root = root
        const rows = foldersFirst([...(marker ? this.data.rows : []), ...page.entries.map(rowOf)])
        this.setData({ rows, marker: page.marker, isEmpty: rows.length === 0, isLoading: false })
        this.triggerEvent('load', { files: rows.map(entryOf), isComplete: !page.marker })
        this.watchEnd()
        void this.showThumbnails(turn)
      } catch (error) {
        if (turn !== state.turn) return
        const problem = problemOf(error, locale)
        this.setData({ problem, isLoading: false, ...(marker ? {} : { rows: [] }) })
        this.triggerEvent('fail', problem)
      }
    },

    async showThumbnails(turn: number) {
      const { client, thumbnails, videoCovers } = this.data
      for (const { key, kind, size, thumbnail } of this.data.rows) {
        const isCover = kind === 'video' && videoCovers
        if (thumbnail || !(isCover || (kind === 'image' && thumbnails))) continue
        const signing = isCover ? coverUrl(client, key) : thumbnailUrl(client, key, size)
        const address = await signing.catch(() => '')
        if (turn !== stateOf(this).turn) return
        const index = this.data.rows.findIndex((row) => row.key === key)
        if (index >= 0 && address) this.setData({ [`rows[${index}].thumbnail`]: address })
      }
    },

    /** Reads the next page when the end of the list comes near the screen. */
    watchEnd() {
      const state = stateOf(this)
      state.observer?.disconnect()
      if (!this.data.marker) return
      // Created again for each page: it reports an end that is on the screen already.
      state.observer = this.createIntersectionObserver({})
      state.observer
        .relativeToViewport({ bottom: 400 })
        .observe('.end', ({ intersectionRatio }) => {
          if (intersectionRatio > 0) void this.loadMore()
        })
    },
  },
})

function rowOf(entry: FileEntry): Row {
  const { kind, size, time } = entry
  const meta = kind === 'folder' ? '' : `${formatSize(size)} · ${formatTime(time)}`
  return { ...entry, meta, thumbnail: '', isSelected: false }
}

const entryOf = ({ meta, thumbnail, isSelected, ...entry }: Row): FileEntry => entry

/** COS lists both by name, a page at a time. */
function foldersFirst(rows: Row[]): Row[] {
  const isFolder = ({ kind }: Row) => kind === 'folder'
  return [...rows.filter(isFolder), ...rows.filter((row) => !isFolder(row))]
}

/** `My files > trips > 2026` */
function crumbsOf(path: string, root: string): { path: string; name: string }[] {
  const names = path.split('/').slice(0, -1)
  return [
    { path: '', name: root },
    ...names.map((name, i) => ({ path: `${names.slice(0, i + 1).join('/')}/`, name })),
  ]
}

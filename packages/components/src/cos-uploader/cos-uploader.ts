import type { ChosenFile } from '../client'
import { fileKind } from '../fileName'
import { fill, textsFor } from '../locale'
import { isCancel, problemOf } from '../problem'
import { signedUrl } from '../signedUrl'
import type { UploadRow } from '../upload-row/upload-row'
import { chooseFiles } from '../uploads/choose'
import {
  addUploads,
  listUploads,
  pauseUpload,
  removeUpload,
  resumeUpload,
  watchUploads,
} from '../uploads/store'
import { en, type UploaderTexts, zh } from '../uploads/texts'
import { isPending, type Upload, type UploadState } from '../uploads/upload'
import { Drag } from './drag'
import { applyLimits, limitHint, type SizeLimit } from './limits'

/** A file as events and the form value name it. The names are those of TDesign's upload. */
interface UploaderFile {
  key: string
  name: string
  /** Bytes. */
  size: number
  type: 'image' | 'video' | 'file'
  /** Local path, or the address given in the property `files`. */
  url: string
  percent: number
  status: 'loading' | 'reload' | 'failed' | 'done'
}

/** A file of the property `files`: it is stored already. */
interface StoredFile {
  key?: string
  url?: string
  name?: string
  size?: number
  type?: 'image' | 'video' | 'file'
}

type RowEvent = WechatMiniprogram.CustomEvent<{ id: string }>

const STATUS: Partial<Record<UploadState, UploaderFile['status']>> = {
  success: 'done',
  error: 'failed',
  lost: 'failed',
  paused: 'reload',
  interrupted: 'reload',
}

/** The state of the uploader that is not shown. */
interface UploaderState {
  /** Ids in the order the user gave them. */
  order: string[]
  /** Ids of removed files. */
  hidden: string[]
  /** Rows of the property `files`. */
  stored: StoredRow[]
  /** States that events have told, by id. */
  told: Record<string, UploadState>
  value: object[]
  drag?: Drag
  stopWatching?: () => void
}

const states = new WeakMap<object, UploaderState>()

function stateOf(uploader: object): UploaderState {
  const state = states.get(uploader) || { order: [], hidden: [], stored: [], told: {}, value: [] }
  states.set(uploader, state)
  return state
}

/**
 * Chooses files and uploads them. The uploads belong to the app: they continue when the page is left, and unfinished
 * ones are offered again after a restart. Properties and events are described in the guide "Components".
 */
Component({
  behaviors: ['wx://form-field'],
  externalClasses: ['cos-class'],
  properties: {
    /** Name of a client given to `configure`. */
    client: { type: String, value: 'default' },
    /** Folder: relative to the user's own, or absolute with a slash at its beginning. */
    prefix: String,
    /** `unique`: files get new names. `keep`: their own, numbered if the folder has them already. */
    naming: { type: String, value: 'unique' as 'unique' | 'keep' },
    /** Which uploads are shown. By default each page has a list of its own. */
    group: String,
    /** Files that are stored already. */
    files: { type: Array, value: [] as StoredFile[] },
    /** Limit of files; 0 for none. */
    max: { type: Number, value: 0 },
    /** KB, or `{ size, unit, message }`; of each file. */
    sizeLimit: { type: null, value: null as SizeLimit | null, optionalTypes: [Number, Object] },
    /** `media`, `messageFile` or `all`. */
    source: { type: String, value: 'media' },
    mediaType: { type: Array, value: ['image', 'video'] as ('image' | 'video')[] },
    /** More params of `wx.chooseMedia`: `sourceType`, `sizeType`, `maxDuration`. */
    config: { type: Object, value: {} as Record<string, unknown> },
    /** Endings of chat files. */
    extension: { type: Array, value: [] as string[] },
    disabled: Boolean,
    readonly: Boolean,
    addBtn: { type: Boolean, value: true },
    removeBtn: { type: Boolean, value: true },
    /** Shows a button that removes finished uploads from the list. */
    clearBtn: Boolean,
    draggable: Boolean,
    /** Shows a picture or a video when it is tapped. */
    preview: { type: Boolean, value: true },
    locale: String,
    texts: { type: Object, value: null as Partial<UploaderTexts> | null },
  },
  data: {
    t: en,
    rows: [] as UploadRow[],
    choices: [] as { source: string; icon: string; text: string }[],
    hint: '',
    /** Number of files that may be added. */
    room: 1,
    interrupted: 0,
    interruptedTitle: '',
    hasFinished: false,
    /** Index of the row that is moved; -1 for none. */
    dragged: -1,
    lift: '',
  },
  observers: {
    'locale, texts, source, mediaType, max, sizeLimit'() {
      this.showTexts()
    },
    files() {
      stateOf(this).hidden = []
      void this.showStored()
    },
    'client, group, max'() {
      if (stateOf(this).stopWatching) this.show()
    },
  },
  lifetimes: {
    attached() {
      this.showTexts()
      stateOf(this).stopWatching = watchUploads(() => this.show())
    },
    detached() {
      stateOf(this).stopWatching?.()
    },
  },
  methods: {
    /** Opens the chooser, as a tap on the button does. */
    async choose(source: 'media' | 'messageFile' = 'media') {
      const { room, mediaType, config, extension, disabled, readonly } = this.data
      if (disabled || readonly || room < 1) return
      try {
        const files = await chooseFiles({
          sourceType: ['album', 'camera'],
          sizeType: ['original', 'compressed'],
          maxDuration: 60,
          ...config,
          source,
          count: room,
          mediaType,
          extension,
        })
        if (files.length > 0) this.add(files)
      } catch (error) {
        if (!isCancel(error)) this.fail('choose', problemOf(error, this.data.locale).message, {})
      }
    },

    /** Uploads files that were chosen elsewhere: `{ path, name, size, type }`. */
    add(files: ChosenFile[]) {
      const { client, prefix, naming, max, room, sizeLimit, t } = this.data
      const { accepted, rejected } = applyLimits(files, { room, max, sizeLimit }, t)
      for (const { file, reason, message } of rejected) this.fail(reason, message, { file })
      if (accepted.length === 0) return
      const added = addUploads(accepted, { client, group: this.groupName(), prefix, naming })
      this.triggerEvent('add', { files: added.map(fileOf) })
    },

    /** Forgets all files of the list, for example after a form was sent. Unfinished uploads are cancelled. */
    reset() {
      for (const { id } of this.uploads()) removeUpload(id)
      const state = stateOf(this)
      state.hidden = state.stored.map(({ id }) => id)
      state.order = []
      this.show()
    },

    /** All files of the list, in its order. */
    getFiles(): UploaderFile[] {
      return this.listed().map(({ file }) => file)
    },

    onAdd(event: WechatMiniprogram.TouchEvent) {
      void this.choose(event.currentTarget.dataset.source as 'media')
    },
    onPause({ detail }: RowEvent) {
      pauseUpload(detail.id)
    },
    onResume({ detail }: RowEvent) {
      resumeUpload(detail.id)
    },
    onRemove({ detail: { id } }: RowEvent) {
      const listed = this.listed()
      const index = listed.findIndex(({ row }) => row.id === id)
      const file = listed[index]?.file
      stateOf(this).hidden.push(id)
      removeUpload(id)
      this.show()
      this.triggerEvent('remove', { index, file, files: this.getFiles() })
    },
    onResumeAll() {
      for (const { id, state } of this.uploads()) if (state === 'interrupted') resumeUpload(id)
    },
    onClear() {
      for (const { id, state } of this.uploads()) if (state === 'success') removeUpload(id)
    },

    async onClick({ detail: { id } }: RowEvent) {
      const listed = this.listed()
      const index = listed.findIndex(({ row }) => row.id === id)
      const { file } = listed[index] || {}
      if (!file) return
      this.triggerEvent('click', { index, file })
      if (!this.data.preview || file.type === 'file') return
      const url = file.url || (await signedUrl(this.data.client, file.key)).url
      wx.previewMedia({ sources: [{ url, type: file.type }] })
    },

    onDragStart(event: WechatMiniprogram.TouchEvent) {
      const index = event.currentTarget.dataset.index as number
      const { clientY } = event.touches[0] as WechatMiniprogram.TouchDetail
      this.createSelectorQuery()
        .selectAll('.item')
        .boundingClientRect((rects) => {
          const list = rects as unknown as { height: number }[]
          stateOf(this).drag = new Drag(
            index,
            clientY,
            list.map(({ height }) => height),
          )
          this.setData({ dragged: index, lift: '' })
        })
        .exec()
    },
    onDragMove(event: WechatMiniprogram.TouchEvent) {
      const { drag } = stateOf(this)
      if (!drag) return
      const from = drag.index
      if (drag.move((event.touches[0] as WechatMiniprogram.TouchDetail).clientY)) {
        const ids = this.data.rows.map(({ id }) => id)
        ids.splice(drag.index, 0, ...ids.splice(from, 1))
        stateOf(this).order = ids
        this.show()
      }
      this.setData({ dragged: drag.index, lift: `transform:translateY(${drag.offset}px)` })
    },
    onDragEnd() {
      const state = stateOf(this)
      if (!state.drag) return
      state.drag = undefined
      this.setData({ dragged: -1, lift: '' })
      this.triggerEvent('drag', { files: this.getFiles() })
    },

    showTexts() {
      const { locale, texts, source, mediaType, max, sizeLimit } = this.data
      const t = textsFor(zh, en, locale, texts)
      const media =
        mediaType.length > 1
          ? t.chooseMedia
          : mediaType[0] === 'video'
            ? t.chooseVideo
            : t.chooseImage
      const icon = mediaType.length === 1 && mediaType[0] === 'video' ? 'video' : 'image'
      const all = [
        { source: 'media', icon, text: media },
        { source: 'messageFile', icon: 'chat', text: t.chooseFile },
      ]
      const choices = source === 'all' ? all : all.filter((one) => one.source === source)
      this.setData({ t, choices, hint: limitHint(max, sizeLimit, t) })
    },

    /** Signs the pictures of `files`. */
    async showStored() {
      const { client, files } = this.data
      const state = stateOf(this)
      state.stored = files.map(storedRow)
      this.show()
      for (const { id, key, type, thumb } of state.stored) {
        if (thumb || type !== 'image' || !key) continue
        const { url } = await signedUrl(client, key).catch(() => ({ url: '' }))
        state.stored = state.stored.map((one) => (one.id === id ? { ...one, thumb: url } : one))
      }
      this.show()
    },

    /** Shows the files as they are now, and tells what has changed. */
    show() {
      const { max, locale, t } = this.data
      const listed = this.listed()
      const rows = listed.map(({ row }) => row)
      const uploads = this.uploads()
      const interrupted = uploads.filter(({ state }) => state === 'interrupted').length
      const title = interrupted === 1 ? t.interruptedOne : t.interruptedMany
      const value = listed
        .filter(({ file }) => file.status === 'done')
        .map(({ file: { key, name, size, type } }) => ({ key, name, size, type }))
      const state = stateOf(this)
      const isChanged = JSON.stringify(value) !== JSON.stringify(state.value)
      state.value = value
      this.setData({
        ...changesOf(this.data.rows, rows),
        ...(isChanged ? { value } : {}),
        room: max > 0 ? max - rows.length : 100,
        interrupted,
        interruptedTitle: fill(title, { n: interrupted }),
        hasFinished: uploads.some(({ state }) => state === 'success'),
      })
      const before = state.told
      state.told = {}
      for (const upload of uploads) state.told[upload.id] = upload.state
      const files = this.getFiles()
      for (const upload of uploads) {
        const { id, error } = upload
        // A list that is shown again has nothing new to tell.
        if (before[id] === undefined || before[id] === upload.state) continue
        const file = fileOf(upload)
        if (upload.state === 'success') this.triggerEvent('success', { file, files })
        if (upload.state === 'error') {
          this.triggerEvent('fail', { reason: 'upload', file, ...problemOf(error, locale) })
        }
      }
      if (isChanged) this.triggerEvent('change', { value, files })
      const wasPending = Object.values(before).some((one) => isPending({ state: one }))
      if (wasPending && files.length > 0 && files.every(({ status }) => status === 'done')) {
        this.triggerEvent('complete', { files })
      }
    },

    fail(reason: string, message: string, more: object) {
      wx.showToast({ title: message, icon: 'none' })
      this.triggerEvent('fail', { reason, message, ...more })
    },

    /** Stored files and uploads, in the order the user gave them. */
    listed(): { row: UploadRow; file: UploaderFile }[] {
      const { locale } = this.data
      const { stored, hidden, order } = stateOf(this)
      const all = [
        ...stored.map((row) => ({ row, file: { ...row, url: row.url, status: 'done' as const } })),
        ...this.uploads().map((upload) => ({ row: rowOf(upload, locale), file: fileOf(upload) })),
      ].filter(({ row }) => !hidden.includes(row.id))
      const place = ({ row }: { row: UploadRow }) => {
        const index = order.indexOf(row.id)
        return index < 0 ? order.length : index
      }
      return all
        .sort((a, b) => place(a) - place(b))
        .map(({ row, file }) => ({ row, file: plain(file) }))
    },

    uploads(): Upload[] {
      return listUploads(this.data.client, this.groupName())
    },

    /** By default the page, or the component, that contains this one. */
    groupName(): string {
      return this.data.group || this.selectOwnerComponent?.()?.is || ''
    },
  },
})

type StoredRow = UploadRow & { key: string; url: string }

function storedRow({ key = '', url = '', name = '', size = 0, type }: StoredFile): StoredRow {
  const shown = name || (key || url).split('?')[0]?.split('/').pop() || ''
  const kind = fileKind(shown)
  const is = type || (kind === 'image' || kind === 'video' ? kind : 'file')
  return {
    id: `stored:${key || url}`,
    key,
    url,
    name: shown,
    size,
    type: is,
    thumb: is === 'image' ? url : '',
    state: 'success',
    percent: 100,
    speed: 0,
    problem: null,
  }
}

function rowOf(upload: Upload, locale: string): UploadRow {
  const { id, name, size, type, thumb = '', state, percent, speed, error } = upload
  const problem = error ? problemOf(error, locale) : null
  return { id, name, size, type, thumb, state, percent, speed, problem }
}

function fileOf({ key, name, size, type, path, percent, state }: Upload): UploaderFile {
  return { key, name, size, type, url: path, percent, status: STATUS[state] || 'loading' }
}

const plain = ({ key, name, size, type, url, percent, status }: UploaderFile): UploaderFile => ({
  key,
  name,
  size,
  type,
  url,
  percent,
  status,
})

/** Only the rows that differ, if the list has the same files: setData is costly. */
function changesOf(before: UploadRow[], rows: UploadRow[]): Record<string, unknown> {
  const isSame = before.length === rows.length && rows.every(({ id }, i) => before[i]?.id === id)
  if (!isSame) return { rows }
  const changes: Record<string, unknown> = {}
  for (const [i, row] of rows.entries()) {
    if (JSON.stringify(row) !== JSON.stringify(before[i])) changes[`rows[${i}]`] = row
  }
  return changes
}

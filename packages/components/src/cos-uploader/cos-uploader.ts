import { type ChosenFile, hiddenState } from '../client'
import { mediaKind } from '../file'
import { fill, isCancel, problemOf, textsFor } from '../locale'
import { signedUrl } from '../signedUrl'
import type { UploadRow } from '../upload-row/upload-row'
import {
  addUploads,
  listUploads,
  pauseUpload,
  removeUpload,
  resumeUpload,
  watchUploads,
} from '../uploads/store'
import { UPLOADER_TEXTS, type UploaderTexts } from '../uploads/texts'
import { isPending, newUpload, type Upload, type UploadState } from '../uploads/upload'
import { applyLimits, chooseChatFiles, chooseMedia, limitHint, type SizeLimit } from './choose'
import { Drag } from './drag'

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
type StoredFile = Partial<Omit<UploaderFile, 'percent' | 'status'>>

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
  /** The files of the property `files`. */
  stored: Upload[]
  /** States that events have reported, by id. */
  states: Record<string, UploadState>
  /** The form value, as JSON. */
  value: string
  drag?: Drag
  stopWatching?: () => void
}

const stateOf = hiddenState(
  (): UploaderState => ({ order: [], hidden: [], stored: [], states: {}, value: '[]' }),
)

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
    files: Array,
    /** Limit of files; 0 for none. */
    max: Number,
    /** KB, or `{ size, unit, message }`; of each file. */
    sizeLimit: { type: null, value: null as SizeLimit | null, optionalTypes: [Number, Object] },
    /** `media`, `messageFile` or `all`. */
    source: { type: String, value: 'media' },
    mediaType: { type: Array, value: ['image', 'video'] as ('image' | 'video')[] },
    /** More params of `wx.chooseMedia`: `sourceType`, `sizeType`, `maxDuration` (60 by default). */
    config: Object,
    /** Endings of chat files. */
    extension: Array,
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
    /** Texts that replace those of the component. */
    texts: Object,
  },
  data: {
    t: {} as UploaderTexts,
    rows: [] as UploadRow[],
    choices: [] as { source: string; icon: string; text: string }[],
    /** Number of files that may be added. */
    room: 1,
    interrupted: 0,
    hasFinished: false,
    /** Index of the row that is moved; -1 for none. */
    dragged: -1,
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
      this.show()
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
        const files =
          source === 'media'
            ? await chooseMedia({ ...config, count: room, mediaType })
            : await chooseChatFiles(room, extension)
        this.add(files)
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
      return this.listed().map(fileOf)
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
      const { index, file } = this.find(id)
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
      const { index, file } = this.find(id)
      if (!file) return
      this.triggerEvent('click', { index, file })
      if (!this.data.preview || file.type === 'file') return
      const url = file.url || (await signedUrl(this.data.client, file.key)).url
      // WeChat on computers has no previewMedia.
      if (file.type === 'video') wx.previewMedia({ sources: [{ url, type: 'video' }] })
      else wx.previewImage({ urls: [url] })
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
      const t = textsFor(UPLOADER_TEXTS, locale, texts)
      const [kind = 'image', ...others] = mediaType
      const single = kind === 'video' ? t.chooseVideo : t.chooseImage
      const all = [
        { source: 'media', icon: kind, text: others.length > 0 ? t.chooseMedia : single },
        { source: 'messageFile', icon: 'chat', text: t.chooseFile },
      ]
      const choices = all.filter((choice) => source === 'all' || choice.source === source)
      this.setData({ t, choices, hint: limitHint(max, sizeLimit, t) })
    },

    /** Signs the pictures of `files`. */
    async showStored() {
      const { client, files } = this.data
      const state = stateOf(this)
      const stored = files.map(storedUpload)
      state.stored = stored
      this.show()
      for (const upload of stored) {
        if (upload.thumb || upload.type !== 'image' || !upload.key) continue
        upload.thumb = await signedUrl(client, upload.key).then(
          ({ url }) => url,
          () => '',
        )
      }
      this.show()
    },

    /** Renders the files and triggers the events of what changed. */
    show() {
      const { max, locale, t } = this.data
      // Properties are set before it is attached.
      if (!t.pause) return
      const state = stateOf(this)
      const listed = this.listed()
      const uploads = this.uploads()
      const files = listed.map(fileOf)
      const interrupted = uploads.filter((upload) => upload.state === 'interrupted').length
      const value = files
        .filter(({ status }) => status === 'done')
        .map(({ key, name, size, type }) => ({ key, name, size, type }))
      const json = JSON.stringify(value)
      const isChanged = json !== state.value
      const before = state.states
      state.value = json
      state.states = {}
      this.setData({
        ...changesOf(
          this.data.rows,
          listed.map((upload) => rowOf(upload, locale)),
        ),
        ...(isChanged ? { value } : {}),
        room: max > 0 ? max - listed.length : 100,
        interrupted,
        interruptedTitle: fill(interrupted === 1 ? t.interruptedOne : t.interruptedMany, {
          n: interrupted,
        }),
        hasFinished: uploads.some((upload) => upload.state === 'success'),
      })
      for (const upload of uploads) {
        const { id, error } = upload
        state.states[id] = upload.state
        // A list that is shown again triggers no events.
        if (!before[id] || before[id] === upload.state) continue
        const file = fileOf(upload)
        if (upload.state === 'success') this.triggerEvent('success', { file, files })
        if (upload.state === 'error') {
          this.triggerEvent('fail', { reason: 'upload', file, ...problemOf(error, locale) })
        }
      }
      if (isChanged) this.triggerEvent('change', { value, files })
      const wasPending = Object.values(before).some((earlier) => isPending({ state: earlier }))
      if (wasPending && files.length > 0 && files.every(({ status }) => status === 'done')) {
        this.triggerEvent('complete', { files })
      }
    },

    fail(reason: string, message: string, more: object) {
      wx.showToast({ title: message, icon: 'none' })
      this.triggerEvent('fail', { reason, message, ...more })
    },

    /** Stored files and uploads, in the order the user gave them. */
    listed(): Upload[] {
      const { stored, hidden, order } = stateOf(this)
      const place = ({ id }: Upload) => (order.includes(id) ? order.indexOf(id) : order.length)
      return [...stored, ...this.uploads()]
        .filter(({ id }) => !hidden.includes(id))
        .sort((a, b) => place(a) - place(b))
    },

    /** A file of the list by the id of its row. */
    find(id: string): { index: number; file: UploaderFile | undefined } {
      const listed = this.listed()
      const index = listed.findIndex((upload) => upload.id === id)
      const upload = listed[index]
      return { index, file: upload && fileOf(upload) }
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

/** A stored file as an upload that has ended. */
function storedUpload({ key = '', url = '', name, size = 0, type }: StoredFile): Upload {
  const path = key || url
  const shown = name || path.replace(/\?.*$/, '').replace(/.*\//, '')
  const is = type || mediaKind(shown)
  return newUpload({
    id: `stored:${path}`,
    key,
    path: url,
    name: shown,
    size,
    type: is,
    thumb: is === 'image' ? url : '',
    state: 'success',
    percent: 100,
  })
}

function rowOf(upload: Upload, locale: string): UploadRow {
  const { error } = upload
  // An error cannot be cloned, as WeChat does with data.
  return { ...upload, error: null, problem: error ? problemOf(error, locale) : null }
}

function fileOf({ key, name, size, type, path, percent, state }: Upload): UploaderFile {
  return { key, name, size, type, url: path, percent, status: STATUS[state] || 'loading' }
}

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

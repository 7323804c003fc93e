import { fileKind } from '../fileName'
import { formatSize, splitName } from '../format'
import type { Problem } from '../problem'
import { en, type UploaderTexts } from '../uploads/texts'
import { isPending, type UploadState } from '../uploads/upload'

/** A file of `<cos-uploader>` as its row shows it. */
export interface UploadRow {
  id: string
  name: string
  /** Bytes; 0 if unknown. */
  size: number
  type: 'image' | 'video' | 'file'
  /** Address of a small picture; empty shows an icon. */
  thumb: string
  state: UploadState
  percent: number
  speed: number
  problem: Problem | null
}

const RUNNING: UploadState[] = ['waiting', 'checking', 'uploading', 'offline']
const STOPPED: UploadState[] = ['paused', 'interrupted']

/**
 * One upload: picture, name, size, speed, progress and buttons. Part of `<cos-uploader>`.
 * Events: `pause`, `resume` (also retry), `remove` (cancel, or remove from the list), `click`; each `{ id }`.
 */
Component({
  properties: {
    upload: { type: Object, value: {} as UploadRow },
    texts: { type: Object, value: en as UploaderTexts },
    readonly: Boolean,
    removeBtn: { type: Boolean, value: true },
  },
  data: {
    head: '',
    tail: '',
    picture: '',
    icon: 'file',
    badge: '',
    meta: '',
    /** Colour class: `active`, `idle`, `warn`, `good`, `bad`. */
    tone: 'active',
    canPause: false,
    canResume: false,
    canRetry: false,
    canRemove: true,
    isPending: true,
    hasBar: true,
  },
  observers: {
    'upload, texts, removeBtn'(upload: UploadRow, texts: UploaderTexts, removeBtn: boolean) {
      if (!upload?.state) return
      const { state, name, thumb } = upload
      const isUnfinished = isPending(upload)
      this.setData({
        ...splitName(name),
        picture: thumb,
        icon: state === 'success' ? 'check' : fileKind(name),
        badge: badgeOf(state),
        meta: describe(upload, texts),
        tone: toneOf(state),
        canPause: RUNNING.includes(state),
        canResume: STOPPED.includes(state),
        canRetry: state === 'error',
        canRemove: removeBtn || isUnfinished,
        isPending: isUnfinished,
        hasBar: isUnfinished && state !== 'lost',
      })
    },
  },
  methods: {
    onTap(event: WechatMiniprogram.TouchEvent) {
      const name = event.currentTarget.dataset.event as string
      this.triggerEvent(name, { id: this.data.upload.id })
    },
    onPictureError() {
      this.setData({ picture: '' })
    },
  },
})

/** `12.4 MB · 37% · 2.1 MB/s` */
function describe(
  { state, size, percent, speed, problem }: UploadRow,
  texts: UploaderTexts,
): string {
  const words = size > 0 ? [formatSize(size)] : []
  if (state === 'uploading') {
    words.push(`${percent}%`)
    if (speed > 0) words.push(`${formatSize(speed)}/s`)
  } else {
    words.push(texts.states[state])
    if (STOPPED.includes(state) || (state === 'offline' && percent > 0)) words.push(`${percent}%`)
    if (problem?.code) words.push(problem.code)
  }
  return words.join(' · ')
}

function toneOf(state: UploadState): string {
  if (state === 'success') return 'good'
  if (state === 'error' || state === 'lost') return 'bad'
  if (state === 'offline') return 'warn'
  return STOPPED.includes(state) ? 'idle' : 'active'
}

function badgeOf(state: UploadState): string {
  if (state === 'success') return 'check'
  if (state === 'offline') return 'offline'
  return state === 'error' || state === 'lost' ? 'warn' : ''
}

import { fileKind, formatSize, splitName } from '../file'
import { type Problem, textsFor } from '../locale'
import { UPLOADER_TEXTS, type UploaderTexts } from '../uploads/texts'
import { isPending, type Upload, type UploadState } from '../uploads/upload'

/** A file of `<cos-uploader>` as its row shows it. */
export interface UploadRow extends Upload {
  problem: Problem | null
}

type Tone = 'active' | 'idle' | 'warn' | 'good' | 'bad'
type Action = 'pause' | 'resume' | 'retry'

/** Colour, icon and button of each state. */
const LOOKS: Record<UploadState, [tone: Tone, badge?: string, action?: Action]> = {
  preparing: ['active'],
  waiting: ['active', '', 'pause'],
  checking: ['active', '', 'pause'],
  uploading: ['active', '', 'pause'],
  offline: ['warn', 'offline', 'pause'],
  paused: ['idle', '', 'resume'],
  interrupted: ['idle', '', 'resume'],
  success: ['good', 'check'],
  error: ['bad', 'warn', 'retry'],
  canceled: ['active'],
  lost: ['bad', 'warn'],
}

interface Button {
  event: string
  icon: string
  label: string
}

/**
 * One upload: picture, name, size, speed, progress and buttons. Part of `<cos-uploader>`.
 * Events: `pause`, `resume` (also retry), `remove` (cancel, or remove from the list), `click`; each `{ id }`.
 */
Component({
  properties: {
    upload: { type: Object, value: {} as UploadRow },
    texts: { type: Object, value: null as UploaderTexts | null },
    readonly: Boolean,
    removeBtn: { type: Boolean, value: true },
  },
  // The observer sets the others, too, before the row is shown.
  data: {
    picture: '',
    icon: '',
    buttons: [] as Button[],
  },
  observers: {
    'upload, texts, readonly, removeBtn'(
      upload: UploadRow,
      own: UploaderTexts | null,
      readonly: boolean,
      removeBtn: boolean,
    ) {
      const { state, name, thumb } = upload || {}
      if (!state) return
      const texts = own || textsFor(UPLOADER_TEXTS, '')
      const [tone, badge = '', action] = LOOKS[state]
      const isUnfinished = isPending(upload)
      const buttons: Button[] = []
      if (action && !readonly) {
        const event = action === 'pause' ? action : 'resume'
        buttons.push({ event, icon: action, label: texts[action] })
      }
      if ((removeBtn || isUnfinished) && !readonly) {
        const label = isUnfinished ? texts.cancel : texts.remove
        buttons.push({ event: 'remove', icon: 'close', label })
      }
      this.setData({
        ...splitName(name),
        picture: thumb,
        icon: badge === 'check' ? badge : fileKind(name),
        badge,
        meta: describe(upload, texts),
        tone,
        buttons,
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
  const isRunning = state === 'uploading'
  const [tone] = LOOKS[state]
  const hasPercent = isRunning || tone === 'idle' || (tone === 'warn' && percent > 0)
  return [
    size > 0 && !problem && formatSize(size),
    !isRunning && texts.states[state],
    hasPercent && `${percent}%`,
    isRunning && speed > 0 && `${formatSize(speed)}/s`,
    problem?.code,
  ]
    .filter(Boolean)
    .join(' · ')
}

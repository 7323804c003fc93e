import { t } from '../../i18n/index'
import type { Upload } from '../../services/uploads'
import { fileKind } from '../../text/fileName'
import { formatSize } from '../../text/format'

const RUNNING = ['waiting', 'checking', 'uploading']
const STOPPED = ['paused', 'interrupted']

/**
 * One upload: name, size, speed, percentage, progress bar and buttons.
 * Events: `pause`, `resume` (also retry), `remove` (cancel, or remove from the list).
 */
Component({
  properties: {
    upload: { type: Object, value: {} as Upload },
  },
  data: {
    t: { pause: t.pause, resume: t.resume, retry: t.retry, cancel: t.cancel },
    icon: 'file',
    meta: '',
    /** Colour class: `active`, `paused`, `good`, `bad`. */
    tone: 'active',
    canPause: false,
    canResume: false,
    canRetry: false,
    hasBar: true,
  },
  observers: {
    upload(upload: Upload) {
      if (!upload?.state) return
      const { state } = upload
      this.setData({
        icon: state === 'success' ? 'check' : fileKind(upload.name),
        meta: describe(upload),
        tone: toneOf(state),
        canPause: RUNNING.includes(state),
        canResume: STOPPED.includes(state),
        canRetry: state === 'error',
        hasBar: state !== 'success' && state !== 'lost',
      })
    },
  },
  methods: {
    onTap(event: WechatMiniprogram.TouchEvent) {
      const name = event.currentTarget.dataset.event as string
      this.triggerEvent(name, { id: this.data.upload.id })
    },
  },
})

/** `12.4 MB · 37% · 2.1 MB/s` */
function describe({ state, size, percent, speed, problem }: Upload): string {
  const words = [formatSize(size)]
  if (state === 'uploading') {
    words.push(`${percent}%`)
    if (speed > 0) words.push(`${formatSize(speed)}/s`)
  } else {
    words.push(t.states[state])
    if (STOPPED.includes(state)) words.push(`${percent}%`)
    if (problem?.code) words.push(problem.code)
  }
  return words.join(' · ')
}

function toneOf(state: Upload['state']): string {
  if (state === 'success') return 'good'
  if (state === 'error' || state === 'lost') return 'bad'
  return RUNNING.includes(state) ? 'active' : 'paused'
}

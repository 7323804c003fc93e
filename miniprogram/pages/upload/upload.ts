import { t } from '../../i18n/index'
import { describeError } from '../../services/describeError'
import { openFolder } from '../../services/folder'
import type { ChosenFile, Upload } from '../../services/uploads'
import {
  listUploads,
  pauseUpload,
  removeFinished,
  removeUpload,
  resumeUpload,
  startUploads,
  watchUploads,
} from '../../services/uploads'

type RowEvent = WechatMiniprogram.CustomEvent<{ id: string }>

Page({
  data: {
    t: {
      chooseMedia: t.chooseMedia,
      chooseFile: t.chooseFile,
      interruptedText: t.interruptedText,
      resumeAll: t.resumeAll,
      clearDone: t.clearDone,
      noUploads: t.noUploads,
      noUploadsText: t.noUploadsText,
    },
    target: '',
    uploads: [] as Upload[],
    hasFinished: false,
    interrupted: 0,
    interruptedTitle: '',
  },

  stopWatching: (() => {}) as () => void,

  onLoad() {
    wx.setNavigationBarTitle({ title: t.uploads })
    // The uploads belong to the app and continue when the page is left.
    this.stopWatching = watchUploads((uploads) => this.show(uploads))
  },

  onUnload() {
    this.stopWatching()
  },

  onShow() {
    this.setData({ target: t.uploadTo(openFolder.path.slice(0, -1) || t.myFiles) })
  },

  onFiles(event: WechatMiniprogram.CustomEvent<{ files: ChosenFile[] }>) {
    startUploads(event.detail.files, openFolder.path)
  },

  onProblem(event: WechatMiniprogram.CustomEvent<object>) {
    wx.showModal({ content: describeError(event.detail).message, showCancel: false })
  },

  onPause(event: RowEvent) {
    pauseUpload(event.detail.id)
  },

  onResume(event: RowEvent) {
    resumeUpload(event.detail.id)
  },

  onRemove(event: RowEvent) {
    removeUpload(event.detail.id)
  },

  onClear() {
    removeFinished()
  },

  onResumeAll() {
    for (const { id, state } of listUploads()) if (state === 'interrupted') resumeUpload(id)
  },

  show(uploads: Upload[]) {
    const interrupted = uploads.filter(({ state }) => state === 'interrupted').length
    this.setData({
      uploads,
      interrupted,
      interruptedTitle: t.interruptedTitle(interrupted),
      hasFinished: uploads.some(({ state }) => state === 'success'),
    })
  },
})

import { t } from '../../i18n/index'
import { describeError } from '../../services/describeError'
import { place } from '../../services/place'
import type { ChosenFile, Upload } from '../../services/uploads'
import {
  dropFinished,
  dropUpload,
  goOnWithUpload,
  listUploads,
  pauseUpload,
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
      goOnAll: t.goOnAll,
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
    // The uploads themselves belong to the app: leaving the page ends nothing.
    this.stopWatching = watchUploads((uploads) => this.show(uploads))
  },

  onUnload() {
    this.stopWatching()
  },

  onShow() {
    this.setData({ target: t.uploadTo(place.folder.slice(0, -1) || t.myFiles) })
  },

  onFiles(event: WechatMiniprogram.CustomEvent<{ files: ChosenFile[] }>) {
    startUploads(event.detail.files, place.folder)
  },

  onProblem(event: WechatMiniprogram.CustomEvent<object>) {
    wx.showModal({ content: describeError(event.detail).message, showCancel: false })
  },

  onPause(event: RowEvent) {
    pauseUpload(event.detail.id)
  },

  onGoOn(event: RowEvent) {
    goOnWithUpload(event.detail.id)
  },

  onDrop(event: RowEvent) {
    dropUpload(event.detail.id)
  },

  onClear() {
    dropFinished()
  },

  onGoOnAll() {
    for (const { id, state } of listUploads()) if (state === 'interrupted') goOnWithUpload(id)
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

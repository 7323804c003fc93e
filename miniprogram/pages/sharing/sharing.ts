import { fileKind, formatSize, formatTime } from 'miniprogram-cos-components'
import { t } from '../../i18n/index'
import { describeError } from '../../services/describeError'
import { readSharing, sharingFolders } from '../../services/sharing'

Page({
  data: {
    t: { reviewText: t.reviewText, inReview: t.inReview, approved: t.approved },
    /** Absolute: outside the user's own folder. */
    prefix: '',
    rows: [] as { key: string; name: string; kind: string; meta: string; isApproved: boolean }[],
    advice: '',
  },

  async onLoad() {
    wx.setNavigationBarTitle({ title: t.sharing })
    await this.attempt(async () => {
      const { incoming } = await sharingFolders()
      this.setData({ prefix: `/${incoming}` })
    })
  },

  onShow() {
    void this.read()
  },

  async onPullDownRefresh() {
    await this.read()
    wx.stopPullDownRefresh()
  },

  /** Reads the state of all files; also when one is uploaded. */
  read() {
    return this.attempt(async () => {
      const files = await readSharing()
      const rows = files.map(({ key, name, size, time, isApproved }) => ({
        key,
        name,
        kind: fileKind(name),
        meta: `${formatSize(size)} · ${formatTime(time)}`,
        isApproved,
      }))
      this.setData({ rows, advice: '' })
    })
  },

  /** Runs an action and shows the advice of its error. */
  async attempt(run: () => Promise<unknown>) {
    try {
      await run()
    } catch (error) {
      this.setData({ advice: describeError(error).advice })
    }
  },
})

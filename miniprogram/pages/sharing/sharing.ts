import { fileKind, formatSize, formatTime } from 'miniprogram-cos-components'
import { pick, t } from '../../i18n/index'
import { cos } from '../../services/cos'
import { describeError } from '../../services/describeError'

/** A file that others see, or will see when it is approved. */
interface SharedFile {
  key: string
  name: string
  kind: string
  meta: string
  /** Unix milliseconds. */
  time: number
  isApproved: boolean
}

Page({
  data: {
    t: pick('reviewText', 'inReview', 'approved'),
    /** Absolute: outside the user's own folder. */
    prefix: '',
    rows: [] as SharedFile[],
    advice: '',
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.sharing })
  },

  onShow() {
    void this.read()
  },

  async onPullDownRefresh() {
    await this.read()
    wx.stopPullDownRefresh()
  },

  /**
   * Reads all files, also after an upload. The folder of a file tells its state: users upload into `incoming/`, and a
   * function moves approved files into `shared/`.
   */
  async read() {
    try {
      const { prefix } = await cos.caller()
      const own = prefix.slice(prefix.indexOf('/'))
      this.setData({ prefix: `/incoming${own}` })
      const [incoming, shared] = await Promise.all([
        readFolder(`incoming${own}`, false),
        readFolder(`shared${own}`, true),
      ])
      const rows = [...incoming, ...shared].sort((a, b) => b.time - a.time)
      this.setData({ rows, advice: '' })
    } catch (error) {
      this.setData({ advice: describeError(error).advice })
    }
  },
})

async function readFolder(prefix: string, isApproved: boolean): Promise<SharedFile[]> {
  const { Contents } = await cos.getBucket({ Prefix: prefix })
  return Contents.map(({ Key, Size, LastModified }) => {
    const time = Date.parse(LastModified)
    return {
      key: Key,
      name: Key.slice(prefix.length),
      kind: fileKind(Key),
      meta: `${formatSize(Number(Size))} · ${formatTime(time)}`,
      time,
      isApproved,
    }
  })
}

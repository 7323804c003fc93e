import { cos } from '../../services/cos'

interface Row {
  key: string
  name: string
  size: string
}

function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`
}

Page({
  data: {
    rows: [] as Row[],
    uploading: '',
    percent: 0,
    message: '',
  },

  onLoad() {
    void this.refresh()
  },

  async onPullDownRefresh() {
    await this.refresh()
    wx.stopPullDownRefresh()
  },

  /** Lists the caller's own folder. */
  async refresh() {
    await this.attempt(async () => {
      const { prefix } = await cos.caller()
      const { Contents } = await cos.getBucket({})
      const rows = Contents.map(({ Key, Size }) => ({
        key: Key,
        name: Key.slice(prefix.length),
        size: formatSize(Number(Size)),
      }))
      this.setData({ rows })
    })
  },

  async onUpload() {
    const { tempFiles } = await wx.chooseMedia({ count: 1, mediaType: ['image', 'video'] })
    const path = tempFiles[0]?.tempFilePath
    if (!path) return
    const name = `${Date.now()}${/\.\w+$/.exec(path)?.[0] ?? ''}`
    await this.attempt(async () => {
      const { prefix } = await cos.caller()
      this.setData({ uploading: name, percent: 0 })
      await cos.uploadFile({
        Key: prefix + name,
        FilePath: path,
        onProgress: ({ percent }) => this.setData({ percent: Math.round(percent * 100) }),
      })
    })
    this.setData({ uploading: '' })
    await this.refresh()
  },

  async onDelete(event: WechatMiniprogram.TouchEvent) {
    const key = event.currentTarget.dataset.key as string
    await this.attempt(() => cos.deleteObject({ Key: key }))
    await this.refresh()
  },

  /** Runs something and shows what to do when it fails. */
  async attempt(run: () => Promise<unknown>) {
    try {
      this.setData({ message: '' })
      await run()
    } catch (error) {
      const { message, advice } = error as { message: string; advice?: { zh: string } }
      this.setData({ message: advice ? `${message}\n${advice.zh}` : message })
    }
  },
})

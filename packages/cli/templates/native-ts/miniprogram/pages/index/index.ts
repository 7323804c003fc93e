import { isCosError } from 'miniprogram-cos'
import { upload } from '../../services/cos'

Page({
  data: { path: '', text: '' },

  async choose() {
    // Rejects when the user cancels.
    const chosen = await wx.chooseMedia({ count: 1, mediaType: ['image'] }).catch(() => undefined)
    const tempFilePath = chosen?.tempFiles[0]?.tempFilePath
    if (!tempFilePath) return
    try {
      const { Key } = await upload(tempFilePath)
      this.setData({ path: tempFilePath, text: Key })
    } catch (error) {
      // What to do about it, in Chinese.
      this.setData({ text: isCosError(error) ? error.advice.zh : String(error) })
    }
  },
})

const { upload } = require('../../services/cos')

Page({
  data: { path: '', text: '' },

  async choose() {
    // Rejects when the user cancels.
    const chosen = await wx.chooseMedia({ count: 1, mediaType: ['image'] }).catch(() => undefined)
    if (!chosen) return
    const [{ tempFilePath }] = chosen.tempFiles
    try {
      const { Key } = await upload(tempFilePath)
      this.setData({ path: tempFilePath, text: Key })
    } catch (error) {
      // What to do about it, in Chinese.
      this.setData({ text: error.advice ? error.advice.zh : error.message })
    }
  },
})

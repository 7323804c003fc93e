Page({
  data: { greeting: '你好' },

  choose() {
    wx.chooseMedia({ count: 1, mediaType: ['image'] })
  },
})

Page({
  data: { greeting: '你好' },

  choose(): void {
    void wx.chooseMedia({ count: 1, mediaType: ['image'] })
  },
})

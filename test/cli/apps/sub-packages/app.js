App({
  onLaunch() {
    wx.cloud.init({ env: 'shop-1a2b3c' })
  },
})

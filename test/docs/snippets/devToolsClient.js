const { COS } = require('miniprogram-cos')

const isDevTools = wx.getDeviceInfo().platform === 'devtools'

/** In DevTools the local cloud, by the call that `dev` prints; on phones the real one. */
const cos = isDevTools
  ? COS.http({
      url: 'http://127.0.0.1:9002',
      headers: { 'x-wx-openid': 'oAlice-example-000000000001' },
      Domain: '127.0.0.1:9000',
      Protocol: 'http:',
    })
  : COS.cloud()

module.exports = { cos }

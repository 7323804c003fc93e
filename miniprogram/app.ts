import { configure } from 'miniprogram-cos-components'
import { t } from './i18n/index'
import { cos } from './services/cos'

App({
  onLaunch() {
    wx.cloud.init({ traceUser: true })
    configure({ cos })
    // app.json has the Chinese texts; the phone may be set to another language.
    for (const [index, text] of [t.files, t.uploads, t.isolation].entries()) {
      wx.setTabBarItem({ index, text })
    }
  },
})

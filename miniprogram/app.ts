import { t } from './i18n/index'
import { restoreUploads } from './services/uploads'

App({
  onLaunch() {
    wx.cloud.init({ traceUser: true })
    // app.json has the Chinese texts; the phone may be set to another language.
    for (const [index, text] of [t.files, t.uploads, t.isolation].entries()) {
      wx.setTabBarItem({ index, text })
    }
    void restoreUploads()
  },
})

import { t } from './i18n/index'
import { restoreUploads } from './services/uploads'

App({
  onLaunch() {
    wx.cloud.init({ traceUser: true })
    // What app.json says in Chinese, in the phone's language.
    for (const [index, text] of [t.files, t.uploads, t.isolation].entries()) {
      wx.setTabBarItem({ index, text })
    }
    void restoreUploads()
  },
})

import { pick, t } from '../../i18n/index'
import { openFolder } from '../../services/cos'

Page({
  data: {
    t: pick('noUploads', 'noUploadsText'),
    prefix: '',
    target: '',
  },

  onLoad() {
    wx.setNavigationBarTitle({ title: t.uploads })
  },

  /** Uploads go to the folder that the list of files shows. */
  onShow() {
    const { path } = openFolder
    this.setData({ prefix: path, target: t.uploadTo(path.slice(0, -1) || t.myFiles) })
  },
})

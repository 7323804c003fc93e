const { configure } = require('miniprogram-cos-components')
const { client } = require('./client')

const path = `${wx.env.USER_DATA_PATH}/film.mp4`
wx.getFileSystemManager().writeFileSync(path, 'film')

/** An upload that an earlier start of the app has left. */
const left = (id, name, file) => ({
  ...{ id, name, client: 'default', group: 'interrupted', key: name, path: file, thumb: '' },
  ...{ size: 20_971_520, type: 'video', state: 'uploading', percent: 40, speed: 0, task: '' },
})
wx.setStorageSync('miniprogram_cos_components_uploads', [
  left('1', 'holiday.mp4', path),
  left('2', 'gone.mp4', `${path}.gone`),
])

configure({ cos: client })
App({})

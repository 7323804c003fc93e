import { COS } from 'miniprogram-cos'
import { configure } from 'miniprogram-cos-components'

configure({
  cos: COS.cloud(),
  async prepare(file) {
    if (file.type !== 'image' || file.size < 500 * 1024) return file
    const { tempFilePath } = await wx.compressImage({ src: file.path, quality: 80 })
    return { ...file, path: tempFilePath }
  },
})

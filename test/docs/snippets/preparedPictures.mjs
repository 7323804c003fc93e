import { COS } from 'miniprogram-cos'
import { prepareUpload } from 'miniprogram-cos/prepare'
import { configure } from 'miniprogram-cos-components'

configure({
  cos: COS.cloud(),
  uploadParams: { prepare: prepareUpload({ compress: { maxWidth: 1600 } }) },
})

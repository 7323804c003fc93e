const COS = require('miniprogram-cos')
const { prepareUpload } = require('miniprogram-cos/prepare')

const cos = COS.cloud({ FileParallelLimit: 'auto' })
const prepare = prepareUpload({
  compress: { maxWidth: 1600 },
  limits: { types: ['image/*'], maxSize: 5_000_000 },
})

/** Uploads chosen pictures; each is made smaller before it is sent. */
async function uploadPictures(tempFiles) {
  const { prefix } = await cos.caller()
  return cos.uploadFiles({
    files: tempFiles.map(({ tempFilePath }, i) => ({
      Key: `${prefix}${Date.now()}-${i}.jpg`,
      FilePath: tempFilePath,
      prepare,
    })),
  })
}

module.exports = { uploadPictures }

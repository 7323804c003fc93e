const COS = require('miniprogram-cos')
const { prepareFile } = require('miniprogram-cos/prepare')

const cos = COS.cloud()

/** Lets the user choose pictures and uploads them, smaller, each under a key of its own. */
async function choosePictures() {
  const { prefix } = await cos.caller()
  const { tempFiles } = await wx.chooseMedia({ count: 9, mediaType: ['image'] })
  const keys = []
  for (const file of tempFiles) {
    const { upload } = await prepareFile(file, {
      prefix,
      compress: { maxWidth: 1600 },
      limits: { types: ['image/*'], maxSize: 5_000_000 },
    })
    await cos.uploadFile(upload)
    keys.push(upload.Key)
  }
  return keys
}

module.exports = { choosePictures }

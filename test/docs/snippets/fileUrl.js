const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** URL of a file that a record names: by its fileID before the migration, by its key after it. */
async function fileUrl(fileIDOrKey) {
  if (!fileIDOrKey.startsWith('cloud://')) {
    return cos.getObjectUrl({ Key: fileIDOrKey, Expires: 3600 })
  }
  const { fileList } = await wx.cloud.getTempFileURL({ fileList: [fileIDOrKey] })
  const [{ status, errMsg, tempFileURL }] = fileList
  if (status !== 0) throw new Error(errMsg)
  return tempFileURL
}

module.exports = { fileUrl }

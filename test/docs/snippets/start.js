const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** Uploads a chosen file into the caller's own folder. @returns its key */
async function save(tempFilePath) {
  const { prefix } = await cos.caller()
  const Key = `${prefix}${Date.now()}.jpg`
  await cos.uploadFile({ Key, FilePath: tempFilePath })
  return Key
}

module.exports = { save }

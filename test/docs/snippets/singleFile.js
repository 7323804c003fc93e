const COS = require('./lib/miniprogram-cos.js')

const cos = COS.cloud()

async function upload(FilePath) {
  const { prefix } = await cos.caller()
  return cos.uploadFile({ Key: `${prefix}${Date.now()}.jpg`, FilePath })
}

module.exports = { upload }

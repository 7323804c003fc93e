const COS = require('miniprogram-cos')
const cos = COS.cloud({ mode: 'signature' })

async function upload(Key, FilePath) {
  const { confirm, confirmError } = await cos.uploadFile({ Key, FilePath })
  if (confirmError) return { saved: true, recorded: false, why: confirmError.message }
  return { saved: true, recorded: true, answer: confirm }
}

async function space() {
  const { used, quota } = await cos.usage()
  return `${Math.round((used / quota) * 100)} %`
}

module.exports = { upload, space }

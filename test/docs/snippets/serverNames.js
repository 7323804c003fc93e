const COS = require('miniprogram-cos')

const cos = COS.cloud({ mode: 'signature' })

/** Uploads a file under a name created by the function. @returns the key */
async function submit(FilePath, { path, extension }) {
  const data = { create: { path, extension } }
  const { result } = await wx.cloud.callFunction({ name: 'cos-signature', data })
  if (result.error) throw new Error(`${result.error.code}: ${result.error.message}`)
  await cos.uploadFile({ Key: result.key, FilePath })
  return result.key
}

module.exports = { submit }

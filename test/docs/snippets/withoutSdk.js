/**
 * Uploads one file to the caller's own folder with WeChat's API alone. An upload of the same name replaces it.
 * @returns its key
 */
async function upload(tempFilePath, name) {
  const ask = async (data) => {
    const { result } = await wx.cloud.callFunction({ name: 'cos-signature', data })
    if (result.error) throw new Error(`${result.error.code}: ${result.error.message}`)
    return result
  }
  const { prefix } = await ask({})
  const Key = prefix + name
  const { url, formData } = await ask({ form: { Key } })
  await new Promise((resolve, reject) => {
    wx.uploadFile({
      url,
      filePath: tempFilePath,
      name: 'file',
      formData,
      // WeChat reports every HTTP response as success; a refusal has its code in the body.
      success: ({ statusCode, data }) =>
        statusCode === 200 ? resolve() : reject(new Error(`${statusCode} ${data}`)),
      fail: reject,
    })
  })
  return Key
}

module.exports = { upload }

import COS from 'miniprogram-cos'

const cos = COS.cloud()

/** Lets the user choose a picture, and uploads it to their own folder. */
async function upload() {
  const { tempFiles } = await wx.chooseMedia({ count: 1 })
  const { prefix } = await cos.caller()
  const Key = `${prefix}from-webpack.bin`
  await cos.uploadFile({ Key, FilePath: tempFiles[0].tempFilePath })
  return Key
}

App({
  async onLaunch() {
    wx.setStorageSync('uploaded', await upload())
  },
})

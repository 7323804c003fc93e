import COS from 'miniprogram-cos'

const cos = COS.cloud()

/** Lets the user choose a picture, and uploads it to their own folder. */
export async function upload() {
  const { tempFiles } = await uni.chooseMedia({ count: 1 })
  const { prefix } = await cos.caller()
  const Key = `${prefix}${Date.now()}.bin`
  await cos.uploadFile({ Key, FilePath: tempFiles[0].tempFilePath })
  return Key
}

import type { AdviceTable } from './errors'

/** Advice that an app which only uploads can do without. */
export const FURTHER_ADVICE: AdviceTable = {
  SignatureDoesNotMatch: [
    'Check the secret, and compare StringToSign in the error body.',
    '请核对密钥，并对比错误体中的 StringToSign。',
  ],
  InvalidAccessKeyId: [
    'Check SecretId, token, and the environment of the function.',
    '请检查 SecretId、token 与云函数环境变量。',
  ],
  ExpiredToken: [
    'If this persists, check the function and the clock.',
    '若反复出现，请检查云函数与手机时间。',
  ],
  RequestTimeTooSkewed: ['Set the clock.', '请校准手机时间。'],
  NoSuchKey: [
    'Keys are case-sensitive, without a leading slash.',
    '对象键区分大小写，开头没有斜杠。',
  ],
  NoSuchUpload: [
    'It was completed, aborted or cleaned up: start again.',
    '分块上传已结束或被清理，请重新上传。',
  ],
  FileAlreadyExists: ['Choose another key.', '请换一个对象键。'],
  PathStyleDomainForbidden: ['Leave ForcePathStyle off.', '请勿启用 ForcePathStyle。'],
  KitTimeout: ['Raise Timeout or lower ChunkSize.', '请调大 Timeout 或调小 ChunkSize。'],
  KitNoIdentity: [
    'Call the function from a mini program, by wx.cloud.callFunction.',
    '请在小程序内通过 wx.cloud.callFunction 调用云函数。',
  ],
  KitStorageFull: [
    'Remove files below wx.env.USER_DATA_PATH, by FileSystemManager.unlink.',
    '请用 FileSystemManager.unlink 删除 wx.env.USER_DATA_PATH 下不再需要的文件。',
  ],
  KitNotCos: [
    'Log in to the network, or check Domain.',
    '请检查网络是否需要登录，以及自定义域名。',
  ],
  KitRequestRefused: [
    'The message names the rule in cos.config.ts that says no.',
    '错误信息写明了 cos.config.ts 中拒绝该请求的规则。',
  ],
}

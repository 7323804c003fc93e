import type { AdviceTable } from './advice'

/** Advice that an app which only uploads can do without. */
export const FURTHER_ADVICE: AdviceTable = {
  SignatureDoesNotMatch: [
    'Wrong secret, or changed after signing: compare StringToSign in the error body.',
    '密钥不对，或请求在签名后被改动：请对比错误体中的 StringToSign。',
  ],
  InvalidAccessKeyId: [
    "Check the SecretId, the temporary key's token, and the environment of the function.",
    '请检查 SecretId、临时密钥的 token 与云函数环境变量。',
  ],
  ExpiredToken: [
    'A new key is fetched; if this persists, check the function and the clock.',
    '会自动重新获取密钥；若反复出现，请检查云函数与手机时间。',
  ],
  RequestTimeTooSkewed: [
    'Set the clock: it is off by over 15 minutes.',
    '时间误差超过 15 分钟，请校准。',
  ],
  NoSuchKey: [
    'Keys are case-sensitive, without a leading slash.',
    '对象键区分大小写，开头没有斜杠。',
  ],
  NoSuchUpload: [
    'It was completed, aborted or cleaned up: start again.',
    '该分块上传已结束或被清理，请重新上传。',
  ],
  PathStyleDomainForbidden: [
    'Leave ForcePathStyle off: buckets created since 2024 refuse it.',
    '2024 年起创建的存储桶不支持 ForcePathStyle，请勿启用。',
  ],
  KitTimeout: ['Raise Timeout or lower ChunkSize.', '请调大 Timeout 或调小 ChunkSize。'],
  KitNoIdentity: [
    'Call the function from a mini program, by wx.cloud.callFunction.',
    '请在小程序内通过 wx.cloud.callFunction 调用云函数。',
  ],
}

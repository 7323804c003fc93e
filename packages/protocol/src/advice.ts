import type { Advice, CosErrorKind } from './errors'

/**
 * Advice by error code, or by kind: `[English, Chinese]`. `npm run docs` generates docs/ERRORS.md from it.
 */
export const ADVICE: Record<string, [en: string, zh: string]> = {
  service: [
    'See cloud.tencent.com/document/product/436/7730.',
    '错误码见 cloud.tencent.com/document/product/436/7730。',
  ],
  network: ['Check the network and try again.', '请检查网络后重试。'],
  credentials: [
    'No usable key: check the cloud function, its environment and log.',
    '未取得密钥：请检查云函数及其环境变量与日志。',
  ],
  argument: ['Correct the call; nothing was sent.', '请修正参数；请求并未发出。'],
  abort: ['Cancelled by the app.', '已被应用取消。'],
  integrity: ['Damaged in transit: try again.', '数据传输有误，请重试。'],
  AccessDenied: [
    'Compare Key or Prefix with `cos.caller()`, and the rules in cos.config.ts.',
    '请对比 Key 或 Prefix 与 `cos.caller()`，以及 cos.config.ts 的规则。',
  ],
  NoSuchBucket: [
    'Check bucket (with its -APPID) and region in cos.config.ts.',
    '请检查 cos.config.ts 的存储桶（含 -APPID）与地域。',
  ],
  KitDomainNotAllowed: [
    'Add the host to the server domains in the WeChat console: request, uploadFile, downloadFile.',
    '请把该域名加入微信公众平台的「服务器域名」：request、uploadFile、downloadFile。',
  ],
  SignatureDoesNotMatch: [
    'Check the secret, and compare StringToSign in the error body.',
    '请核对密钥，并对比错误体中的 StringToSign。',
  ],
  InvalidAccessKeyId: [
    'Check SecretId, token, and the environment of the function.',
    '请检查 SecretId、token 与云函数环境变量。',
  ],
  ExpiredToken: [
    'If the error persists, check the function and the clock.',
    '若反复出现，请检查云函数与手机时间。',
  ],
  RequestTimeTooSkewed: ['Set the clock.', '请校准手机时间。'],
  NoSuchKey: [
    'Keys are case-sensitive, without a leading slash.',
    '对象键区分大小写，开头没有斜杠。',
  ],
  NoSuchUpload: [
    'Completed, aborted or cleaned up: start again.',
    '分块上传已结束或被清理，请重新上传。',
  ],
  FileAlreadyExists: ['Choose another key.', '请换一个对象键。'],
  PathStyleDomainForbidden: ['Leave ForcePathStyle off.', '请勿启用 ForcePathStyle。'],
  KitTimeout: ['Raise Timeout or lower ChunkSize.', '请调大 Timeout 或调小 ChunkSize。'],
  KitNoIdentity: [
    'Call it in a mini program, by wx.cloud.callFunction.',
    '请在小程序内用 wx.cloud.callFunction 调用。',
  ],
  KitStorageFull: [
    'Remove files below wx.env.USER_DATA_PATH, by FileSystemManager.unlink.',
    '请用 FileSystemManager.unlink 删除 wx.env.USER_DATA_PATH 下的文件。',
  ],
  KitPrivacyRefused: [
    'Declare it in the privacy guidelines; ask with wx.requirePrivacyAuthorize.',
    '请在「用户隐私保护指引」中声明，并用 wx.requirePrivacyAuthorize 征得同意。',
  ],
  KitUnsupported: [
    'Update WeChat, or check with wx.canIUse.',
    '请升级微信，或先用 wx.canIUse 判断。',
  ],
  KitNotCos: ['Log in to the network or check Domain.', '请检查网络是否需要登录，以及自定义域名。'],
  KitRequestRefused: ['The message has the reason.', '原因见错误信息。'],
  KitQuotaExceeded: ['Delete files first.', '空间不足，请先删除文件。'],
  KitUploadRefused: ['The message has the reason.', '原因见错误信息。'],
}

/** Returns the advice for an error code or, if there is none, for its kind. */
export function adviceFor(code: string, kind: CosErrorKind): Advice {
  const forCode = ADVICE[code]
  // An unknown code could be a property of Object.prototype, such as `constructor`.
  const [en, zh] = (Array.isArray(forCode) ? forCode : ADVICE[kind]) as [string, string]
  return { en, zh }
}

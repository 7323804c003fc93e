import type { CosErrorKind } from './CosError'

/** What to do about an error, in English and Chinese. */
export interface Advice {
  en: string
  zh: string
}

const byCode: Record<string, [en: string, zh: string]> = {
  AccessDenied: [
    'The key does not permit this. Compare Key or Prefix with your own folder (`await cos.caller()`), and the verb with the rules in cos.config.ts.',
    '密钥没有此权限。请核对 Key 或 Prefix 是否在自己的目录内（`await cos.caller()`），以及 cos.config.ts 中的规则。',
  ],
  SignatureDoesNotMatch: [
    'Signed with another secret, or changed after signing. Compare StringToSign in the error body with yours.',
    '密钥不对，或请求在签名后被改动。请对比错误体中的 StringToSign。',
  ],
  InvalidAccessKeyId: [
    'COS does not know this SecretId. A temporary key needs its token; in the function, check the environment variables.',
    'COS 不认识该 SecretId。临时密钥须携带 token；云函数请检查环境变量。',
  ],
  ExpiredToken: [
    'The temporary key has expired and is fetched anew. If this persists, check the function and the phone clock.',
    '临时密钥已过期，会自动重新获取；若反复出现，请检查云函数与手机时间。',
  ],
  RequestTimeTooSkewed: [
    'The clock is off by more than 15 minutes. The client corrects itself and retries; otherwise set the clock.',
    '本机时间误差超过 15 分钟。客户端会自动校正；否则请校准时间。',
  ],
  NoSuchBucket: [
    'Check bucket (with its -APPID) and region in cos.config.ts.',
    '请检查 cos.config.ts 中的存储桶（含 -APPID）与地域。',
  ],
  NoSuchKey: [
    'The object does not exist. Keys are case-sensitive, without a leading slash.',
    '对象不存在。对象键区分大小写，开头没有斜杠。',
  ],
  NoSuchUpload: [
    'The upload was completed, aborted or cleaned up: start again.',
    '该分块上传已完成、取消或被清理，请重新上传。',
  ],
  PathStyleDomainForbidden: [
    'Buckets created since 2024-01-01 refuse path-style addresses: leave ForcePathStyle off.',
    '2024 年起创建的存储桶不支持路径型域名，请勿启用 ForcePathStyle。',
  ],
  KitDomainNotAllowed: [
    'Add the host to the server domains in the WeChat console (request, uploadFile, downloadFile).',
    '请在微信公众平台「开发管理 → 服务器域名」中加入该域名（request、uploadFile、downloadFile）。',
  ],
  KitTimeout: [
    'No answer in time. Raise Timeout or lower ChunkSize on slow networks.',
    '请求超时。弱网下可调大 Timeout 或调小 ChunkSize。',
  ],
  KitNoIdentity: [
    'The function cannot tell who is calling: call it from a mini program by wx.cloud.callFunction.',
    '云函数无法确认调用者，请在小程序内通过 wx.cloud.callFunction 调用。',
  ],
}

const byKind: Record<CosErrorKind, [en: string, zh: string]> = {
  service: [
    'COS refused the request. Look the code up at cloud.tencent.com/document/product/436/7730.',
    'COS 拒绝了请求，错误码见 cloud.tencent.com/document/product/436/7730。',
  ],
  network: ['The network failed. Check it and try again.', '网络异常，请检查后重试。'],
  credentials: [
    'No usable key. Check that the cloud function is deployed, its environment variables, and its log.',
    '未能取得密钥。请检查云函数是否已部署、环境变量及日志。',
  ],
  argument: ['Correct the call; nothing was sent.', '请修正调用参数；请求并未发出。'],
  abort: ['Cancelled by the app.', '操作已被应用取消。'],
  integrity: [
    'What arrived is not what was sent. Try again.',
    '收到的内容与发送的不一致，请重试。',
  ],
}

/** The advice for an error code, or for its kind when the code has none of its own. */
export function adviceFor(code: string, kind: CosErrorKind): Advice {
  const own = Object.prototype.hasOwnProperty.call(byCode, code) ? byCode[code] : undefined
  const [en, zh] = own ?? byKind[kind]
  return { en, zh }
}

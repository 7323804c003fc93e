import type { CosErrorKind } from './CosError'

/** What to do about an error, in English and Chinese. */
export interface Advice {
  en: string
  zh: string
}

const byCode: Record<string, [en: string, zh: string]> = {
  AccessDenied: [
    'The key does not permit this. Compare Key or Prefix with your own folder (`await cos.caller()`), and the verb with the rule in cos.config.ts.',
    '当前密钥没有此权限。请核对 Key 或 Prefix 是否在自己的目录内（`await cos.caller()`），以及 cos.config.ts 中对应规则是否允许该操作。',
  ],
  SignatureDoesNotMatch: [
    'The request was signed with another secret or changed after signing. Compare StringToSign in the error body with what the client signed.',
    '签名所用密钥不对，或请求在签名后被改动。请将错误体中的 StringToSign 与客户端所签内容对比。',
  ],
  InvalidAccessKeyId: [
    'COS does not know this SecretId. For a temporary key, send its token too; for the function, check the key in its environment.',
    'COS 不认识该 SecretId。临时密钥须同时携带 token；云函数请检查环境变量中的密钥。',
  ],
  ExpiredToken: [
    'The temporary key has expired. The client fetches a new one by itself; if this persists, check the function and the phone clock.',
    '临时密钥已过期。客户端会自动重新获取；若反复出现，请检查云函数与手机时间。',
  ],
  RequestTimeTooSkewed: [
    'The clock is off by more than 15 minutes. The client learns the difference and retries; otherwise set the clock.',
    '本机时间误差超过 15 分钟。客户端会自动校正并重试；否则请校准时间。',
  ],
  NoSuchBucket: [
    'Check bucket (with its -APPID) and region in cos.config.ts.',
    '请检查 cos.config.ts 中的存储桶名称（含 -APPID）与地域。',
  ],
  NoSuchKey: [
    'The object does not exist. Keys are case-sensitive and have no leading slash.',
    '对象不存在。对象键区分大小写，且开头没有斜杠。',
  ],
  NoSuchUpload: [
    'The multipart upload was completed, aborted or cleaned up. Start the upload again.',
    '该分块上传已完成、已取消或已被清理，请重新上传。',
  ],
  PathStyleDomainForbidden: [
    'Buckets created since 2024-01-01 refuse path-style addresses: leave ForcePathStyle off.',
    '2024-01-01 之后创建的存储桶不支持路径型域名，请不要启用 ForcePathStyle。',
  ],
  KitDomainNotAllowed: [
    'Add the named host to the server domain list in the WeChat console (request, uploadFile and downloadFile).',
    '请在微信公众平台「开发管理 → 服务器域名」中，把该域名加入 request、uploadFile 和 downloadFile 合法域名。',
  ],
  KitNetwork: [
    'The network failed. Check the connection and try again.',
    '网络异常，请检查网络后重试。',
  ],
  KitTimeout: [
    'No answer in time. Raise Timeout or lower ChunkSize for slow networks.',
    '请求超时。弱网下可调大 Timeout 或调小 ChunkSize。',
  ],
  KitNoIdentity: [
    'The function could not verify who is calling. Call it from a mini program with wx.cloud.callFunction.',
    '云函数无法确认调用者身份，请在小程序内通过 wx.cloud.callFunction 调用。',
  ],
}

const byKind: Record<CosErrorKind, [en: string, zh: string]> = {
  service: [
    'COS refused the request. Search the code at cloud.tencent.com/document/product/436/7730.',
    'COS 拒绝了请求。可在 cloud.tencent.com/document/product/436/7730 查询错误码。',
  ],
  network: byCode.KitNetwork as [string, string],
  credentials: [
    'No usable key. Check that the cloud function is deployed, its environment variables are set, and its log.',
    '未能取得密钥。请检查云函数是否已部署、环境变量是否已配置，并查看云函数日志。',
  ],
  argument: ['Correct the call; nothing was sent.', '请修正调用参数；请求并未发出。'],
  abort: ['The upload was cancelled by the app.', '操作已被应用取消。'],
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

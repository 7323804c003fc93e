import type { CosErrorKind } from './errorKind'

/** What to do about an error, in English and Chinese. */
export interface Advice {
  en: string
  zh: string
}

/** Advice by error code, or by kind: `[English, Chinese]`. */
export type AdviceTable = Record<string, [en: string, zh: string]>

/**
 * What every client can meet: the kinds of errors, and the codes that a new app runs into. docs/ERRORS.md is
 * made from this and FURTHER_ADVICE: `npm run docs`.
 */
export const ADVICE: AdviceTable = {
  service: [
    'Look the code up at cloud.tencent.com/document/product/436/7730.',
    '错误码见 cloud.tencent.com/document/product/436/7730。',
  ],
  network: ['Check the network and try again.', '请检查网络后重试。'],
  credentials: [
    'No usable key: check the cloud function, its environment and log.',
    '未取得密钥：请检查云函数及其环境变量与日志。',
  ],
  argument: ['Correct the call; nothing was sent.', '请修正参数；请求并未发出。'],
  abort: ['Cancelled by the app.', '已被应用取消。'],
  integrity: ['Damaged on its way: try again.', '数据传输有误，请重试。'],
  AccessDenied: [
    'Compare Key or Prefix with `await cos.caller()`, and the rules in cos.config.ts.',
    '请对比 Key 或 Prefix 与 `await cos.caller()`，以及 cos.config.ts 的规则。',
  ],
  NoSuchBucket: [
    'Check bucket (with its -APPID) and region in cos.config.ts.',
    '请检查 cos.config.ts 的存储桶（含 -APPID）与地域。',
  ],
  KitDomainNotAllowed: [
    'Add the host to the server domains in the WeChat console: request, uploadFile, downloadFile.',
    '请在微信公众平台的「服务器域名」中加入该域名：request、uploadFile、downloadFile。',
  ],
}

/**
 * The advice for an error code, or for its kind when the code has none of its own.
 * @param more what a client knows beyond ADVICE
 */
export function adviceFor(code: string, kind: CosErrorKind, more: AdviceTable = {}): Advice {
  const own = ADVICE[code] || more[code]
  // Nobody knows all codes that an answer may bear: one might be `constructor`.
  const [en, zh] = (Array.isArray(own) ? own : ADVICE[kind]) as [string, string]
  return { en, zh }
}

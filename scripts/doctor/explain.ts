import { adviceFor } from '@miniprogram-cos/protocol'
import { apiFault } from '../cloud/apiFault'
import { CloudFault, describeFault } from '../cloud/cloudFault'
import { FAULTS, type FaultCode } from '../cloud/faults'
import type { Language, Text } from '../cloud/language'

/** Texts that WeChat and CloudBase answer with, and what they mean. */
const TEXTS: [pattern: RegExp, meaning: FaultCode][] = [
  [/url not in domain list|600002|不在以下.*域名/, 'DomainMissing'],
  [/-501000|FunctionName parameter could not be found/, 'FunctionNotDeployed'],
  [/-50400[123]|-404011/, 'FunctionFails'],
  [/COS_STS_SECRET_(ID|KEY).*(not set|未设置)|KitMisconfigured/, 'VariableMissing'],
  [/PathStyleDomainForbidden/, 'PathStyle'],
  [/denied by bucket referer/, 'RefererBlocks'],
  [/KitStsFailed/, 'StsRefused'],
]

const LOOK_UP: Text = {
  en: 'A RequestId alone says nothing. COS: paste it into the diagnosis tool of the COS console, or set it beside the line of npm start or of the function with the same id. Functions: CloudBase console → function → log.',
  zh: '仅凭 RequestId 无法判断原因。COS：请粘贴到 COS 控制台的自助诊断工具；云函数：云开发控制台 → 云函数 → 日志中按该 id 查找。',
}

const NOTHING: Text = {
  en: 'Nothing known. Give the whole text of the error, with its code.',
  zh: '未能识别。请提供完整的错误文本（含错误码）。',
}

/** What an error text or a RequestId means. */
export function explain(text: string, language: Language): string {
  const known = TEXTS.find(([pattern]) => pattern.test(text))
  if (known) return describeFault(new CloudFault(known[1]), language)
  const words = text.match(/[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*|E[A-Z_]{4,}/g) ?? []
  for (const code of words) {
    if (Object.hasOwn(FAULTS, code))
      return describeFault(new CloudFault(code as FaultCode), language)
    const fault = apiFault({ code }, code)
    if (fault.code !== 'CloudRefused') return describeFault(fault, language)
    const advice = adviceFor(code, 'service')
    if (advice.en !== adviceFor('', 'service').en) return `${code}\n  → ${advice[language]}`
  }
  if (/^[\w+/=-]{16,}$/.test(text.trim())) return LOOK_UP[language]
  return NOTHING[language]
}

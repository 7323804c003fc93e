import { adviceFor, FURTHER_ADVICE } from '@miniprogram-cos/protocol'
import { apiFault } from '../cloud/apiFault'
import { CloudFault, describeFault } from '../cloud/cloudFault'
import { FAULTS, type FaultCode } from '../cloud/faults'
import type { Language, Text } from '../cloud/language'
import { OWN_CODES } from '../docs/ownCodes'
import { explainSymptom, SYMPTOM_GROUPS } from '../docs/symptoms'

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

const NOTHING: Text = {
  en: 'Nothing known. Give the whole text of the error, with its code.',
  zh: '未能识别。请提供完整的错误文本（含错误码）。',
}

/** What an error text, or a line of a function's log, means. */
export function explain(text: string, language: Language): string {
  const known = TEXTS.find(([pattern]) => pattern.test(text))
  if (known) return describeFault(new CloudFault(known[1]), language)
  const words = text.match(/[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*|E[A-Z_]{4,}/g) ?? []
  for (const code of words) {
    if (Object.hasOwn(FAULTS, code))
      return describeFault(new CloudFault(code as FaultCode), language)
    const fault = apiFault({ code }, code)
    if (fault.code !== 'CloudRefused') return describeFault(fault, language)
    const [kind, en, zh] = OWN_CODES[code] ?? []
    if (kind)
      return `${code}\n  ${{ en, zh }[language]}\n  → ${adviceFor(code, kind, FURTHER_ADVICE)[language]}`
    const advice = adviceFor(code, 'service', FURTHER_ADVICE)
    if (advice.en !== adviceFor('', 'service', FURTHER_ADVICE).en)
      return `${code}\n  → ${advice[language]}`
  }
  for (const symptom of SYMPTOM_GROUPS.flatMap(({ symptoms }) => symptoms)) {
    const { see } = symptom
    if (typeof see !== 'string' || !text.includes(see)) continue
    const { cause, fix } = explainSymptom(symptom)
    return `${see}\n  ${cause[language]}\n  → ${fix[language]}`
  }
  return NOTHING[language]
}

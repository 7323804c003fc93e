import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { adviceFor } from '@miniprogram-cos/protocol'
import {
  apiError,
  CLOUD_ERRORS,
  CloudError,
  type CloudErrorCode,
  describeError,
} from '../cloud/errors'
import { recentRequests } from '../dev/runningClouds'
import type { Language, Text } from '../text'
import { OWN_CODES } from './ownCodes'
import { explainSymptom, findSymptom } from './symptoms'

/** The explanation of an unknown text. */
export const UNKNOWN: Text = {
  en: 'Nothing known. Give the whole text of the error, with its code.',
  zh: '未能识别。请提供完整的错误文本（含错误码）。',
}

/** Explains an error text or a line of a function's log. @returns undefined for an unknown text */
export function explain(text: string, language: Language): string | undefined {
  const symptom = findSymptom(text)
  if (symptom?.cloudError) return describeError(new CloudError(symptom.cloudError), language)
  if (symptom) {
    const { cause, fix } = explainSymptom(symptom)
    return `${symptom.message}\n  ${cause[language]}\n  → ${fix[language]}`
  }
  const words = text.match(/[A-Z][A-Za-z]+(\.[A-Z][A-Za-z]+)*|E[A-Z_]{4,}/g) ?? []
  for (const code of words) {
    if (Object.hasOwn(CLOUD_ERRORS, code))
      return describeError(new CloudError(code as CloudErrorCode), language)
    const mapped = apiError({ code }, '')
    if (mapped.code !== 'CloudRefused') return describeError(mapped, language)
    const [kind, en, zh] = OWN_CODES[code] ?? []
    if (kind) return `${code}\n  ${{ en, zh }[language]}\n  → ${adviceFor(code, kind)[language]}`
    const advice = adviceFor(code, 'service')
    if (advice.en !== adviceFor('', 'service').en) return `${code}\n  → ${advice[language]}`
  }
  return undefined
}

/** The information in a RequestId. */
export type RequestId =
  /** Of COS: base64 of the Unix seconds in hex, `_`, and a random part. */
  | { kind: 'cos'; time: Date }
  /** Of an API of Tencent Cloud, or of the call of a function. */
  | { kind: 'call' }

/** Reads a bare RequestId. @returns undefined for any other text */
export function readRequestId(text: string): RequestId | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return { kind: 'call' }
  // Document 436/41623: it starts with N, has 30 characters or more, and is base64.
  if (!/^N[\w+/-]{29,}={0,2}$/.test(text)) return undefined
  const [, seconds] = /^([0-9a-f]{8})_/.exec(Buffer.from(text, 'base64').toString('latin1')) ?? []
  if (seconds === undefined) return undefined
  return { kind: 'cos', time: new Date(Number.parseInt(seconds, 16) * 1000) }
}

/** Where Tencent Cloud shows the log of a request. */
const WHERE: Record<RequestId['kind'], Text> = {
  cos: {
    en: 'Paste it into COS console → diagnosis tool: console.cloud.tencent.com/cos/diagnose',
    zh: '请粘贴到 COS 控制台的自助诊断工具：console.cloud.tencent.com/cos/diagnose',
  },
  call: {
    en: [
      "A call of a function: CloudBase console → cloud functions → log, search for the id. The kit's line there is JSON;",
      'its "outcome" says what happened, "rule" which rule refused, "stsRequestId" which call of STS. Give its outcome to this command.',
      'A call of STS or another API: console.cloud.tencent.com/api/diagnosis',
    ].join('\n  '),
    zh: [
      '云函数调用：云开发控制台 → 云函数 → 日志，按该 id 搜索。本工具包的日志为一行 JSON：',
      '"outcome" 为结果，"rule" 为拒绝它的规则，"stsRequestId" 为对应的 STS 调用。可将 outcome 交给本命令解释。',
      'STS 或其他 API 调用：console.cloud.tencent.com/api/diagnosis',
    ].join('\n  '),
  },
}

/** Describes a request by its id: its time, and its entry in the logs. */
export async function explainRequestId(
  text: string,
  id: RequestId,
  language: Language,
): Promise<string> {
  const entry = (await recentRequests()).find(({ requestId }) => requestId === text)
  if (entry) return describeEntry(entry, language)
  const known = id.kind === 'cos' ? [`COS, ${id.time.toISOString()}`] : []
  return [...known, `→ ${WHERE[id.kind][language]}`].join('\n  ')
}

/** Describes a request to a local cloud on this computer by its log entry. */
function describeEntry(entry: LogEntry, language: Language): string {
  const { time, who, operation, method, url, status, code, decision } = entry
  const lines = [
    `${language === 'zh' ? '本机的本地云' : 'local cloud on this computer'}, ${time}`,
    `${who}: ${operation} ${method} ${url}`,
    [status, code, decision].filter(Boolean).join(' '),
  ]
  return [lines.join('\n  '), ...(code ? [explain(code, language) ?? UNKNOWN[language]] : [])].join(
    '\n',
  )
}

import type { LogEntry } from '@miniprogram-cos/local-cloud'
import type { Language, Text } from '../cloud/language'
import { recentRequests } from '../runningClouds'
import { explain } from './explain'
import type { RequestId } from './requestId'

/** Where Tencent tells what became of a request. */
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
      '云函数调用：云开发控制台 → 云函数 → 日志，按该 id 搜索。本套件的日志为一行 JSON：',
      '"outcome" 为结果，"rule" 为拒绝它的规则，"stsRequestId" 为对应的 STS 调用。可将 outcome 交给本命令解释。',
      'STS 或其他 API 调用：console.cloud.tencent.com/api/diagnosis',
    ].join('\n  '),
  },
}

/** What can be said about a request of which only the id is known. */
export async function explainRequestId(
  text: string,
  id: RequestId,
  language: Language,
): Promise<string> {
  const entry = (await recentRequests()).find(({ requestId }) => requestId === text)
  if (entry) return describeEntry(entry, language)
  const told = id.kind === 'cos' ? [`COS, ${id.time.toISOString()}`] : []
  return [...told, `→ ${WHERE[id.kind][language]}`].join('\n  ')
}

/** A request to a local cloud on this computer, whose log says why. */
function describeEntry(entry: LogEntry, language: Language): string {
  const { time, who, operation, method, url, status, code, decision } = entry
  const lines = [
    `${language === 'zh' ? '本机的本地云' : 'local cloud on this computer'}, ${time}`,
    `${who}: ${operation} ${method} ${url}`,
    [status, code, decision].filter(Boolean).join(' '),
  ]
  return [lines.join('\n  '), ...(code ? [explain(code, language)] : [])].join('\n')
}

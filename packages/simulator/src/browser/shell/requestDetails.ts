import type { RequestRecord } from '../../preview/protocol'
import { element, textElement } from '../dom'
import { outcomeOf } from './requestModel'
import { formatDuration, formatSize, formatTime, t } from './texts'

const OUTCOME = {
  ok: t('succeeded', '成功'),
  refused: t('refused', '被拒绝'),
  failed: t('failed', '失败'),
  cancelled: t('cancelled', '已取消'),
  running: t('running', '进行中'),
}

/** All that is known about a request, in collapsible sections. */
export function renderDetails(record: RequestRecord): HTMLElement[] {
  const { requestHeaders, responseHeaders, responseText, details = [] } = record
  return [
    section(t('General', '概要'), table(general(record))),
    ...ruleSection(record),
    ...headers(t('Request headers', '请求头'), requestHeaders),
    ...headers(t('Response headers', '响应头'), responseHeaders),
    ...details.map(({ title, text }) => section(title, textElement('', text, 'pre'))),
    ...(responseText
      ? [section(t('Response', '响应内容'), textElement('', responseText, 'pre'))]
      : []),
  ]
}

function general(record: RequestRecord): [string, string][] {
  const { status, code, failure, sent = 0, total = 0, received, fileBytes, milliseconds } = record
  const outcome = outcomeOf(record)
  const answer = failure ?? [status, code].filter(Boolean).join(' ')
  const rows: [string, string | undefined][] = [
    [t('Phone', '手机'), record.who],
    [t('Operation', '操作'), record.operation],
    [t('Key', '对象键'), record.key],
    ['URL', record.method && `${record.method} ${record.url}`],
    [t('API', '接口'), record.api && `wx.${record.api}`],
    [t('Outcome', '结果'), answer ? `${answer} (${OUTCOME[outcome]})` : OUTCOME[outcome]],
    [
      t('Sent', '已发送'),
      total > 0 ? `${formatSize(sent)} / ${formatSize(total)} (${total} B)` : undefined,
    ],
    [
      t('Received', '已接收'),
      received === undefined ? undefined : `${formatSize(received)} (${received} B)`,
    ],
    [t('File', '文件'), fileBytes === undefined ? undefined : `${formatSize(fileBytes)}`],
    [t('Started', '开始'), formatTime(record.time)],
    [t('Duration', '耗时'), milliseconds === undefined ? undefined : formatDuration(milliseconds)],
  ]
  return rows.filter((row): row is [string, string] => Boolean(row[1]))
}

function ruleSection({ decision, rule }: RequestRecord): HTMLElement[] {
  if (!decision && !rule) return []
  const parts: HTMLElement[] = []
  if (rule) {
    parts.push(
      textElement('place', `${rule.file}:${rule.line}`, 'code'),
      textElement('', rule.excerpt, 'pre'),
    )
  }
  if (decision) parts.push(textElement('decision', decision, 'p'))
  return [section(t('Rule that decided', '起作用的规则'), ...parts)]
}

function headers(title: string, given: Record<string, string> | undefined): HTMLElement[] {
  const rows = Object.entries(given ?? {})
  return rows.length > 0 ? [section(`${title} (${rows.length})`, table(rows))] : []
}

function section(title: string, ...content: HTMLElement[]): HTMLElement {
  const created = element('details', { open: '' }, textElement('', title, 'summary'))
  created.append(...content)
  return created
}

function table(rows: [string, string][]): HTMLElement {
  const list = element('dl')
  for (const [name, value] of rows) {
    list.append(textElement('', name, 'dt'), textElement('', value, 'dd'))
  }
  return list
}

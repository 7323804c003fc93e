import type { Verb } from '@miniprogram-cos/protocol'
import { granteesOf, type Rule, VERBS } from '@miniprogram-cos/server'
import { columnsOf, padColumns } from './output'
import { t } from './text'

/** Who may do what, as a table: one line for each rule and kind of caller. */
export function accessTable(rules: Rule[]): string {
  const rows = [[t('path', '路径'), t('who', '调用者'), ...VERBS, t('limits', '限制')]]
  for (const rule of rules) {
    for (const { name, verbs } of granteesOf(rule)) {
      if (verbs.length === 0) continue
      const marks = VERBS.map((verb) => (verbs.includes(verb) ? t('yes', '是') : '-'))
      rows.push([rule.pattern, name, ...marks, limitsOf(rule, verbs)])
    }
  }
  rows.push([t('anything else', '其他路径'), t('anyone', '任何人'), ...VERBS.map(() => '-'), ''])
  const widths = rows[0]?.map((_, i) => Math.max(...rows.map((row) => columnsOf(row[i] ?? ''))))
  const pad = (cell: string, i: number) => padColumns(cell, widths?.[i] ?? 0)
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

function limitsOf(rule: Rule, verbs: readonly Verb[]): string {
  const days = rule.trashDays
  const trash = verbs.includes('delete') && days !== undefined
  return [
    ...(verbs.includes('write') ? uploadLimits(rule) : []),
    ...(verbs.includes('read') && rule.videoCovers
      ? [t('also video snapshots', '包括视频截帧')]
      : []),
    ...(trash
      ? [t(`deleted into the trash for ${days} days`, `删除后在回收站保留 ${days} 天`)]
      : []),
  ].join(t(', ', '，'))
}

function uploadLimits({ maxBytes, types, overwrite, names, quota, maxFiles }: Rule): string[] {
  return [
    ...(maxBytes === undefined ? [] : [t(`up to ${maxBytes} bytes`, `最大 ${maxBytes} 字节`)]),
    ...(quota === undefined ? [] : [t(`${quota} bytes in all`, `共 ${quota} 字节`)]),
    ...(maxFiles === undefined ? [] : [t(`${maxFiles} files`, `${maxFiles} 个文件`)]),
    ...(types ?? []),
    ...(overwrite ? [] : [t('no overwriting', '不得覆盖')]),
    ...(names === 'server' ? [t('named by the server', '由服务端命名')] : []),
  ]
}

import type { Activity } from '../../preview/activity'
import { textElement } from '../ui/layer'

/** One line of the panel. */
export function activityRow(activity: Activity, phone: number): HTMLElement {
  const { time, who, operation, key, status, code, decision, milliseconds } = activity
  const row = textElement('', '', 'li')
  row.className = status >= 400 ? 'refused' : 'allowed'
  row.dataset.phone = String(phone)
  const head = textElement('head', '')
  head.append(
    textElement('who', who, 'span'),
    textElement('operation', operation, 'span'),
    textElement('status', code ? `${status} ${code}` : String(status), 'span'),
    textElement('time', `${new Date(time).toLocaleTimeString()} · ${milliseconds} ms`, 'time'),
  )
  row.append(head)
  if (key) row.append(textElement('key', key))
  if (decision) row.append(textElement('decision', decision))
  return row
}

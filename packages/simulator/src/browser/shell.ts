import type { NetworkType } from '../appState'
import type { Activity, PhoneMessage, ShellPhone } from '../preview/protocol'
import { textElement } from './dom'

declare global {
  interface Window {
    __phones: ShellPhone[]
  }
}

const byId = <T extends HTMLElement>(id: string) => document.getElementById(id) as T

const frames = window.__phones.map(phoneFrame)
byId('phones').append(...frames.map(({ element }) => element))

/** Rows kept on the page. */
const MAX_ROWS = 300

const requests = byId<HTMLOListElement>('requests')
const names = window.__phones.map(({ name }) => name)
const events = new EventSource('/events')
events.addEventListener('open', clear)
events.addEventListener('reload', () => {
  for (const { send } of frames) send({ type: 'reload' })
})
events.addEventListener('activity', ({ data }: MessageEvent<string>) => {
  const activity = JSON.parse(data) as Activity
  byId('nothing').hidden = true
  requests.prepend(activityRow(activity, names.indexOf(activity.who)))
  while (requests.children.length > MAX_ROWS) requests.lastElementChild?.remove()
})

byId('clear').addEventListener('click', clear)
byId<HTMLInputElement>('refused').addEventListener('change', ({ target }) => {
  requests.classList.toggle('refused-only', (target as HTMLInputElement).checked)
})

function clear(): void {
  requests.replaceChildren()
  byId('nothing').hidden = false
}

/** A phone with its controls: network, language, theme, background, restart. */
function phoneFrame(phone: ShellPhone) {
  const element = textElement('phone', '', 'article')
  const frame = document.createElement('iframe')
  frame.src = phone.url
  frame.title = phone.name
  frame.allow = 'clipboard-write'
  const send = (message: PhoneMessage) => frame.contentWindow?.postMessage(message, phone.url)

  const head = textElement('phone-head', '')
  head.append(textElement('phone-name', phone.name, 'b'), textElement('phone-user', phone.openid))

  const switches = textElement('switches', '')
  const network = choice('Network', ['wifi', '4g', 'none'], ['Wi-Fi', '4G', 'Offline'], (value) =>
    send({ type: 'network', value: value as NetworkType }),
  )
  const language = choice(
    'Language',
    ['zh_CN', 'en'],
    ['中文', 'English'],
    (value) => {
      frame.src = `${phone.url}?language=${value}&theme=${theme.value}`
    },
    phone.language,
  )
  const theme = choice('Theme', ['light', 'dark'], ['Light', 'Dark'], (value) =>
    send({ type: 'theme', value: value as 'light' }),
  )
  const away = textElement('away', 'Background', 'button')
  let isAway = false
  away.addEventListener('click', () => {
    isAway = !isAway
    away.textContent = isAway ? 'Foreground' : 'Background'
    send({ type: 'background', value: isAway })
  })
  const again = textElement('again', 'Restart', 'button')
  again.addEventListener('click', () => send({ type: 'reload' }))
  switches.append(network, language, theme, away, again)
  const screen = textElement('screen', '')
  screen.append(frame)
  element.append(head, screen, switches)
  return { element, send }
}

function choice(
  label: string,
  values: string[],
  texts: string[],
  onChange: (value: string) => void,
  chosen = values[0],
): HTMLSelectElement {
  const select = document.createElement('select')
  select.setAttribute('aria-label', label)
  for (const [i, value] of values.entries()) {
    const option = new Option(texts[i], value, value === chosen, value === chosen)
    select.add(option)
  }
  select.addEventListener('change', () => onChange(select.value))
  return select
}

/** One row of the panel. */
function activityRow(activity: Activity, phone: number): HTMLElement {
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

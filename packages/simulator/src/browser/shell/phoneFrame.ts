import type { ShellPhone } from '../../preview/shellPage'
import type { PhoneMessage } from '../app/switches'
import { textElement } from '../ui/layer'

/** A phone in its case, with the switches that a real one has elsewhere. */
export function phoneFrame(phone: ShellPhone) {
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
    send({ type: 'network', value: value as 'wifi' }),
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

import type { RecordUpdate, ShellMessage, ShellSettings } from '../preview/protocol'
import { element, textElement } from './dom'
import { ConsolePanel, StoragePanel, Tabs } from './shell/panes'
import { PhoneFrame } from './shell/phoneFrame'
import { RequestPanel } from './shell/requestPanel'
import { isChinese, switchLanguage, t } from './shell/texts'

declare global {
  interface Window {
    __shell: ShellSettings
  }
}

const { phones, faults, links } = window.__shell
const names = phones.map(({ name }) => name)

const requests = new RequestPanel(names)
const logs = new ConsolePanel(names, (errors) => tabs.setBadge('console', errors))
const storage = new StoragePanel((phone, key) => {
  findFrame(phone)?.send({ type: 'removeStorage', ...(key === undefined ? {} : { key }) })
})
const tabs = new Tabs(
  [
    { name: 'network', title: t('Network', '网络请求'), pane: requests.element },
    { name: 'console', title: t('Console', '控制台'), pane: logs.element },
    { name: 'storage', title: t('Storage', '存储'), pane: storage.element },
  ],
  (name) => {
    if (name !== 'storage') return
    storage.draw()
    for (const frame of frames) frame.send({ type: 'watchStorage' })
  },
)
const frames = phones.map(
  (phone) => new PhoneFrame(phone, (message) => receive(phone.name, message)),
)

function findFrame(phone: string): PhoneFrame | undefined {
  return frames[names.indexOf(phone)]
}

function receive(phone: string, message: ShellMessage): void {
  if (message.type === 'console') logs.add(phone, message.entry)
  if (message.type === 'storage') storage.update(phone, message)
  if (message.type === 'request') requests.apply(message.update, message.unsent)
  if (message.type === 'ready' && !storage.element.hidden) {
    findFrame(phone)?.send({ type: 'watchStorage' })
  }
}

document.documentElement.lang = isChinese ? 'zh' : 'en'
document.title = t(`Preview: ${names.length} phones`, `预览：${names.length} 部手机`)
const stage = element('section', { id: 'phones', 'aria-label': t('Phones', '手机') })
stage.append(...frames.map((frame) => frame.element))
const panel = element('section', { id: 'panel', 'aria-label': t('Panel', '面板') })
panel.append(element('div', { class: 'panel-head' }, tabs.bar, phoneChoice()), ...tabs.panes)
document.body.append(topBar(), element('main', {}, stage, panel))

const fit = () => {
  const first = stage.querySelector<HTMLElement>('.body')
  if (!first) return
  const rest = 110
  const isStacked = window.matchMedia('(max-width: 1180px)').matches
  const height = isStacked ? 720 : stage.clientHeight - rest
  for (const frame of frames) frame.fit(height)
}
new ResizeObserver(fit).observe(stage)
stage.addEventListener('resize', fit)

const events = new EventSource('/events')
// After a reconnection the server sends everything again.
events.addEventListener('open', () => requests.clear())
events.addEventListener('reload', () => {
  for (const frame of frames) frame.send({ type: 'reload' })
})
events.addEventListener('request', ({ data }: MessageEvent<string>) => {
  const update = JSON.parse(data) as RecordUpdate
  requests.apply(update)
  const { id, who, sent } = update
  if (who && sent !== undefined) findFrame(who)?.send({ type: 'sent', id, bytes: sent })
})

/** Limits all panes to one phone. */
function phoneChoice(): HTMLElement {
  const select = element('select', { 'aria-label': t('Phone', '手机') })
  select.add(new Option(t('All phones', '全部手机'), ''))
  for (const name of names) select.add(new Option(name, name))
  select.addEventListener('change', () => {
    for (const pane of [requests, logs, storage]) pane.showPhone(select.value)
  })
  return select
}

function topBar(): HTMLElement {
  const banner = element('p', { class: 'banner' })
  banner.append(
    textElement('', t('Preview in the browser, not WeChat.', '浏览器预览，并非微信。'), 'b'),
    t(
      ' The real pages, compiled from their source; layout and wx are imitated.',
      '页面由真实源码编译，布局与 wx 为模拟。',
    ),
  )
  const tools = element('nav', { 'aria-label': t('Tools', '工具') })
  if (faults.length > 0) tools.append(faultChoice())
  for (const { title, url } of links) {
    const link = element('a', { href: url, target: '_blank' }, t(title.en, title.zh))
    tools.append(link)
  }
  tools.append(themeButton())
  const language = textElement('', isChinese ? 'English' : '中文', 'button')
  language.lang = isChinese ? 'en' : 'zh'
  language.addEventListener('click', switchLanguage)
  tools.append(language)
  return element('header', { class: 'top' }, banner, tools)
}

function faultChoice(): HTMLElement {
  const select = element('select', { 'aria-label': t('Fault to inject', '注入故障') })
  select.add(new Option(t('No faults', '不注入故障'), ''))
  for (const { name, title } of faults) select.add(new Option(t(title.en, title.zh), name))
  select.addEventListener('change', () => {
    select.classList.toggle('active', select.value !== '')
    void fetch('/faults', { method: 'POST', body: select.value })
  })
  return select
}

/** Light or dark, where the system's choice is not wanted. */
function themeButton(): HTMLElement {
  const KEY = 'theme'
  const root = document.documentElement
  const button = textElement('', '', 'button')
  const show = (theme: string | null) => {
    const isDark =
      theme === null ? window.matchMedia('(prefers-color-scheme: dark)').matches : theme === 'dark'
    root.style.colorScheme = isDark ? 'dark' : 'light'
    button.textContent = isDark ? t('Light', '浅色') : t('Dark', '深色')
    button.onclick = () => {
      const next = isDark ? 'light' : 'dark'
      localStorage.setItem(KEY, next)
      show(next)
    }
  }
  show(localStorage.getItem(KEY))
  return button
}

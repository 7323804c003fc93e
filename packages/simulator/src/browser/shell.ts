import type { Activity } from '../preview/activity'
import type { ShellPhone } from '../preview/shellPage'
import { activityRow } from './shell/activityRow'
import { phoneFrame } from './shell/phoneFrame'

declare global {
  interface Window {
    __phones: ShellPhone[]
  }
}

const part = <T extends HTMLElement>(id: string) => document.getElementById(id) as T

const frames = window.__phones.map(phoneFrame)
part('phones').append(...frames.map(({ element }) => element))

/** More rows than anybody reads. */
const SHOWN = 300

const requests = part<HTMLOListElement>('requests')
const names = window.__phones.map(({ name }) => name)
const events = new EventSource('/events')
events.addEventListener('open', clear)
events.addEventListener('reload', () => {
  for (const { send } of frames) send({ type: 'reload' })
})
events.addEventListener('activity', ({ data }: MessageEvent<string>) => {
  const activity = JSON.parse(data) as Activity
  part('nothing').hidden = true
  requests.prepend(activityRow(activity, names.indexOf(activity.who)))
  while (requests.children.length > SHOWN) requests.lastElementChild?.remove()
})

part('clear').addEventListener('click', clear)
part<HTMLInputElement>('refused').addEventListener('change', ({ target }) => {
  requests.classList.toggle('refused-only', (target as HTMLInputElement).checked)
})

function clear(): void {
  requests.replaceChildren()
  part('nothing').hidden = false
}

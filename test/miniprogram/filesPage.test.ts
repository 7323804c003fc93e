import { CosError } from 'miniprogram-cos'
import { createTestPhone, type TestPhone } from '../support/phones'
import { type PhoneWithApp, phoneWithApp } from '../support/phoneWithApp'
import { call, loadPage, type Rendered } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const REFUSED = new CosError({ kind: 'service', code: 'AccessDenied', message: '' })
const PREFIX = `private/${ALICE}/`

interface Row {
  path: string
  meta: string
  isSelected: boolean
}

let phone: PhoneWithApp
let other: TestPhone
let open: () => Rendered
beforeAll(async () => {
  phone = await phoneWithApp()
  other = createTestPhone(phone.cloud, ALICE)
  open = loadPage('pages/files/files')
})
afterAll(() => phone?.cloud.end())

const rows = (page: Rendered) => page.instance.data.rows as Row[]
const idle = (page: Rendered) => until(() => !page.instance.data.isLoading, 'the list is there')
const tap = (path: string) => ({ currentTarget: { dataset: { path } } })

async function opened(): Promise<Rendered> {
  const page = open()
  await idle(page)
  return page
}

test('shows that a folder is empty', async () => {
  const page = await opened()
  expect(page.instance.data.isEmpty).toBe(true)
  expect(page.dom.innerHTML).toContain('Nothing here yet')
})

test('lists page after page, folders and files, until there is no more', async () => {
  const names = Array.from({ length: 37 }, (_, i) => `file-${String(i).padStart(2, '0')}.txt`)
  await Promise.all(names.map((name) => other.cos.putObject({ Key: PREFIX + name, Body: 'text' })))
  await other.cos.putObject({ Key: `${PREFIX}trips/2026/sea.txt`, Body: 'sea' })
  const page = await opened()
  expect(rows(page).length).toBe(30)
  call(page, 'onReachBottom')
  await idle(page)
  expect(rows(page).map(({ path }) => path)).toEqual(['trips/', ...names])
  expect(rows(page)[1]?.meta).toMatch(/^4 B · \d{4}-\d\d-\d\d \d\d:\d\d$/)
  call(page, 'onReachBottom')
  expect(page.instance.data.isLoading).toBe(false)
})

test('opens folders, and goes back by the breadcrumbs', async () => {
  const page = await opened()
  call(page, 'onOpen', tap('trips/'))
  await idle(page)
  call(page, 'onOpen', tap('trips/2026/'))
  await idle(page)
  expect(rows(page).map(({ path }) => path)).toEqual(['trips/2026/sea.txt'])
  const crumbs = page.instance.data.crumbs as { name: string }[]
  expect(crumbs.map(({ name }) => name)).toEqual(['My files', 'trips', '2026'])
  call(page, 'onOpen', tap('trips/2026/sea.txt'))
  expect(phone.asked.calls.at(-1)).toEqual([
    'navigateTo',
    { url: '/pages/detail/detail?path=trips%2F2026%2Fsea.txt' },
  ])
  call(page, 'onCrumb', tap(''))
  await idle(page)
  expect(rows(page).length).toBe(30)
})

test('deletes selected files and folders with their contents, after confirmation', async () => {
  const page = await opened()
  call(page, 'onReachBottom')
  await idle(page)
  call(page, 'onSelect')
  for (const path of ['file-00.txt', 'trips/']) call(page, 'onOpen', tap(path))
  expect(page.instance.data.countText).toBe('2 selected')
  phone.asked.answers.showModal = { confirm: false }
  await call(page, 'onRemove')
  phone.asked.answers.showModal = { confirm: true }
  await call(page, 'onRemove')
  const { Contents } = await other.cos.getBucket({ Prefix: PREFIX })
  expect(Contents.length).toBe(36)
  expect(Contents.some(({ Key }) => Key.includes('trips') || Key.includes('file-00'))).toBe(false)
})

test('a failure shows its code and advice, and can be retried', async () => {
  phone.cloud.faults.set({
    rules: [{ action: { kind: 'error', code: 'AccessDenied' }, operation: 'getBucket' }],
  })
  const page = await opened()
  expect(page.dom.innerHTML).toContain('AccessDenied')
  expect(page.dom.innerHTML).toContain(REFUSED.advice.en)
  phone.cloud.faults.set({ rules: [] })
  call(page, 'onRetry')
  await idle(page)
  expect(page.instance.data.problem).toBeNull()
  expect(rows(page).length).toBe(30)
})

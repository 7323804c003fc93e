import { createTestPhone, type TestPhone } from '../support/phones'
import { call, loadPage, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`

const phone = useAppPhone()
let other: TestPhone
let page: Rendered
beforeAll(async () => {
  other = createTestPhone(phone.cloud, ALICE)
  page = loadPage('pages/files/files')()
})

const list = () => (page.instance.selectComponent as (id: string) => Rendered['instance'])('#list')
const idle = () => until(() => !list().data.isLoading, 'the list is there')

test('shows that the folder is empty, and whose it is', async () => {
  await until(() => page.dom.innerHTML.includes('Nothing here yet'), 'the folder is read')
  expect(page.dom.innerHTML).toContain('Only you can open these')
  expect(page.dom.innerHTML).toContain('Upload here')
})

test('opens a file, also below a folder', async () => {
  await other.cos.putObject({ Key: `${PREFIX}trips/sea & sun.txt`, Body: 'sea' })
  call(page, 'onOpenFolder', { detail: { path: 'trips/' } })
  await idle()
  call(page, 'onOpenFile', { detail: { file: { name: 'sea & sun.txt' } } })
  expect(phone.asked.calls.at(-1)).toEqual([
    'navigateTo',
    { url: '/pages/detail/detail?path=trips%2Fsea%20%26%20sun.txt' },
  ])
})

test('makes a folder and opens it', async () => {
  phone.asked.answers.showModal = { confirm: true, content: ' 2026 ' }
  await call(page, 'onNewFolder')
  await until(() => page.instance.data.path === 'trips/2026/', 'the folder is open')
  const { Contents } = await other.cos.getBucket({ Prefix: `${PREFIX}trips/2026/` })
  expect(Contents.map(({ Key }) => Key)).toEqual([`${PREFIX}trips/2026/`])
  phone.asked.answers.showModal = { confirm: true, content: 'a/b' }
  await call(page, 'onNewFolder')
  expect(phone.asked.calls.at(-1)?.[1]).toMatchObject({
    title: expect.stringContaining('without /'),
  })
})

test('the bar of the selection takes the place of the tab bar', () => {
  call(page, 'onSelect', { detail: { isSelecting: true } })
  call(page, 'onSelect', { detail: { isSelecting: false } })
  expect(phone.asked.calls.slice(-2).map(([name]) => name)).toEqual(['hideTabBar', 'showTabBar'])
})

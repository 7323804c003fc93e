import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openFolder } from '../../miniprogram/services/cos'
import { send } from '../support/cosRequests'
import { createTestPhone, type TestPhone } from '../support/phones'
import { at } from '../support/root'
import { call, loadPage, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE, HOST } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`

const phone = useAppPhone()
let other: TestPhone
beforeAll(() => {
  other = createTestPhone(phone.cloud, ALICE)
})

describe('the list of files', () => {
  let page: Rendered
  beforeAll(async () => {
    page = loadPage('pages/files/files')()
  })

  const list = () =>
    (page.instance.selectComponent as (id: string) => Rendered['instance'])('#list')
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

  test('the selection bar replaces the tab bar', () => {
    call(page, 'onSelect', { detail: { isSelecting: true } })
    call(page, 'onSelect', { detail: { isSelecting: false } })
    expect(phone.asked.calls.slice(-2).map(([name]) => name)).toEqual(['hideTabBar', 'showTabBar'])
  })
})

test('uploads into the folder that the list of files shows', async () => {
  openFolder.path = ''
  const page = loadPage('pages/upload/upload')()
  expect(page.dom.textContent).toContain('Upload to “My files”')
  expect(page.dom.textContent).toContain('Choose some files')
  openFolder.path = 'trips/'
  call(page, 'onShow')
  expect(page.dom.textContent).toContain('Upload to “trips”')
  const source = join(phone.cloud.folder, 'chosen')
  writeFileSync(source, 'sea')
  const file = { path: phone.simulator.chooseFile(source, 'sea.txt'), name: 'sea.txt', size: 3 }
  phone.asked.answers.chooseMessageFile = { tempFiles: [file] }
  const select = page.instance.selectComponent as (id: string) => {
    choose: (source: string) => Promise<void>
  }
  await select('#uploader').choose('messageFile')
  await until(() => page.dom.textContent.includes('Done'), 'the file is uploaded')
  const { Contents } = await other.cos.getBucket({ Prefix: `${PREFIX}trips/sea.` })
  expect(Contents.map(({ Key }) => Key)).toEqual([`${PREFIX}trips/sea.txt`])
})

describe('the details of a file', () => {
  const PICTURE = at('packages/cli/samples/dawn.png')

  let open: (query: Record<string, string>) => Rendered
  beforeAll(async () => {
    open = loadPage('pages/detail/detail')
  })
  beforeEach(async () => {
    phone.asked.calls.length = 0
    await other.cos.uploadFile({ Key: `${PREFIX}trip & sea/dawn #1.png`, FilePath: PICTURE })
  })

  const PATH = encodeURIComponent('trip & sea/dawn #1.png')

  async function opened(path: string): Promise<Rendered> {
    const page = open({ path })
    const { data } = page.instance
    await until(() => data.problem !== null || (data.facts as unknown[]).length > 0, 'it is open')
    return page
  }
  const names = () => phone.asked.calls.map(([name]) => name)

  test('shows size, type and ETag, and the picture', async () => {
    const page = await opened(PATH)
    await until(() => page.instance.data.url !== '', 'the picture has an address')
    const facts = page.instance.data.facts as { label: string; value: string }[]
    const values = Object.fromEntries(facts.map(({ label, value }) => [label, value]))
    expect(values).toMatchObject({ Name: 'dawn #1.png', Size: '37.4 KB', Type: 'image/png' })
    expect(values.ETag).toMatch(/^"[0-9a-f]{32}"$/)
  })

  test('shows the beginning of a text', async () => {
    await other.cos.putObject({ Key: `${PREFIX}long.txt`, Body: 'a'.repeat(40_000) })
    const page = await opened('long.txt')
    await until(() => page.instance.data.text !== '', 'the text is there')
    expect((page.instance.data.text as string).length).toBe(32 * 1024 + 1)
  })

  test('a link opens the file for the chosen time', async () => {
    const page = await opened(PATH)
    phone.asked.answers.showActionSheet = { tapIndex: 0 }
    await call(page, 'onCopyLink')
    const [, { data }] = phone.asked.calls.find(([name]) => name === 'setClipboardData') ?? ['', {}]
    const link = new URL(String(data))
    expect(link.host).toBe(HOST)
    const [start, end] = (link.searchParams.get('q-sign-time') ?? '').split(';').map(Number)
    expect((end ?? 0) - (start ?? 0)).toBeGreaterThanOrEqual(300)
    expect((end ?? 0) - Date.now() / 1000).toBeLessThanOrEqual(300)
    const { status, bytes } = await send(phone.cloud.cos, { path: link.pathname + link.search })
    expect([status, bytes.equals(readFileSync(PICTURE))]).toEqual([200, true])
  })

  test('cancelling the choice of a validity is not an error', async () => {
    const page = await opened(PATH)
    phone.asked.calls.length = 0
    phone.asked.answers.showActionSheet = { errMsg: 'showActionSheet:fail cancel' }
    await call(page, 'onCopyLink')
    expect(names()).toEqual(['showActionSheet'])
  })

  test('renames by copying, and never replaces another file', async () => {
    const page = await opened(PATH)
    phone.asked.answers.showModal = { confirm: true, content: '海.png' }
    await call(page, 'onRename')
    expect(page.instance.data.path).toBe('trip & sea/海.png')
    const { Contents } = await other.cos.getBucket({ Prefix: `${PREFIX}trip & sea/` })
    expect(Contents.map(({ Key }) => Key)).toEqual([`${PREFIX}trip & sea/海.png`])
    await other.cos.putObject({ Key: `${PREFIX}trip & sea/taken.png`, Body: 'x' })
    phone.asked.answers.showModal = { confirm: true, content: 'taken.png' }
    await call(page, 'onRename')
    expect(phone.asked.calls.at(-1)?.[1]).toMatchObject({
      title: 'A file with this name already exists',
    })
    phone.asked.answers.showModal = { confirm: true, content: 'a/b' }
    await call(page, 'onRename')
    expect(phone.asked.calls.at(-1)?.[1]).toMatchObject({
      title: expect.stringContaining('without /'),
    })
  })

  test('saves a picture to the album', async () => {
    const page = await opened(PATH)
    await call(page, 'onSave')
    expect(names()).toContain('saveImageToPhotosAlbum')
    expect(phone.asked.calls.at(-1)).toEqual(['showToast', { title: 'Saved' }])
  })

  test('deletes after confirmation, and goes back', async () => {
    const page = await opened(PATH)
    phone.asked.answers.showModal = { confirm: true }
    await call(page, 'onRemove')
    expect(names().at(-1)).toBe('navigateBack')
    const gone = await opened(PATH)
    expect(gone.dom.innerHTML).toContain('NoSuchKey')
  })
})

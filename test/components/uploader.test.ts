import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestPhone } from '../support/phones'
import { call, loadComponent, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`
const UPLOADER = 'miniprogram_npm/miniprogram-cos-components/cos-uploader/cos-uploader'

const phone = useAppPhone({ platform: 'mac' })
let render: (properties?: object) => Rendered
let group = 0
beforeAll(async () => {
  const { COS } = require('miniprogram-cos')
  require('miniprogram-cos-components').configure({
    cos: COS.cloud({ functionName: 'cos-credentials' }),
  })
  render = loadComponent(UPLOADER)
})
beforeEach(() => {
  phone.asked.calls.length = 0
  phone.cloud.faults.set({ rules: [] })
})

interface Row {
  id: string
  name: string
  state: string
}
interface Triggered {
  name: string
  detail: Record<string, unknown>
}

const EVENTS = ['add', 'success', 'fail', 'remove', 'change', 'complete', 'click', 'drag']

/** An uploader with its own list, and the events it triggers. */
function uploader(properties: object = {}): { page: Rendered; events: Triggered[] } {
  group++
  const page = render({ group: `test ${group}`, naming: 'keep', ...properties })
  const events: Triggered[] = []
  for (const name of EVENTS) {
    page.addEventListener(name, ({ detail }) => events.push({ name, detail }))
  }
  return { page, events }
}

const rows = (page: Rendered) => page.instance.data.rows as Row[]
const named = (events: Triggered[], name: string) => events.filter((event) => event.name === name)

/** Chooses a file as WeChat for Mac does: its temporary path is its name. */
function choose(name: string, content: string) {
  const source = join(phone.cloud.folder, 'chosen')
  writeFileSync(source, content)
  const path = phone.simulator.chooseFile(source, name)
  return { path, name, size: content.length, type: 'file' }
}

async function stored(prefix = PREFIX): Promise<Record<string, string>> {
  const { cos } = createTestPhone(phone.cloud, ALICE)
  const { Contents } = await cos.getBucket({ Prefix: prefix })
  const bodies = Contents.map(async ({ Key }) => [
    Key.slice(prefix.length),
    String((await cos.getObject({ Key })).Body),
  ])
  return Object.fromEntries(await Promise.all(bodies))
}

const isDone = (page: Rendered) => () =>
  rows(page).length > 0 && rows(page).every(({ state }) => state === 'success')

test('uploads chosen chat files, and triggers an event for each step', async () => {
  const { page, events } = uploader({ source: 'messageFile', prefix: 'letters/', naming: 'unique' })
  const file = choose('letter.txt', 'Dear reader')
  phone.asked.answers.chooseMessageFile = { tempFiles: [file] }
  await call(page, 'choose', 'messageFile')
  await until(isDone(page), 'the file is uploaded')
  await until(() => named(events, 'complete').length === 1, 'the event complete is triggered')
  const [name, content] = Object.entries(await stored(`${PREFIX}letters/`))[0] ?? []
  expect(name).toMatch(/^letter-[0-9a-z]{8,}\.txt$/)
  expect(content).toBe('Dear reader')
  const value = [{ key: `${PREFIX}letters/${name}`, name: 'letter.txt', size: 11, type: 'file' }]
  expect(page.instance.data.value).toEqual(value)
  expect(events.map((event) => event.name)).toEqual(['add', 'success', 'change', 'complete'])
  expect(named(events, 'change')[0]?.detail.value).toEqual(value)
  expect(named(events, 'success')[0]?.detail.file).toMatchObject({
    key: value[0]?.key,
    status: 'done',
    percent: 100,
  })
})

test.each([
  ['sea.png', 'previewImage', { urls: ['https://example.com/sea.png'] }],
  [
    'film.mp4',
    'previewMedia',
    { sources: [{ url: 'https://example.com/film.mp4', type: 'video' }] },
  ],
])('a tap shows %s by %s', async (name, preview, options) => {
  const { page } = uploader({ files: [{ url: `https://example.com/${name}` }] })
  await until(isDone(page), 'the file is listed')
  await call(page, 'onClick', { detail: { id: rows(page)[0]?.id } })
  expect(phone.asked.calls).toContainEqual([preview, options])
})

test('keeps two files of the same name, even if they have the same path, as in WeChat for Mac', async () => {
  const { page } = uploader()
  call(page, 'add', [choose('report.txt', 'first')])
  await until(isDone(page), 'the first is uploaded')
  call(page, 'add', [choose('report.txt', 'second')])
  await until(() => rows(page).length === 2 && isDone(page)(), 'the second is uploaded')
  expect(await stored()).toMatchObject({ 'report.txt': 'first', 'report (2).txt': 'second' })
  expect(rows(page).map(({ name }) => name)).toEqual(['report.txt', 'report (2).txt'])
})

test('keeps files of the same name that are chosen together', async () => {
  const { page } = uploader()
  const file = choose('notes', 'text')
  call(page, 'add', [file, file])
  await until(isDone(page), 'both are uploaded')
  expect(Object.keys(await stored())).toEqual(expect.arrayContaining(['notes', 'notes (2)']))
})

test('refuses files beyond the limits of size and number', async () => {
  const { page, events } = uploader({ max: 1, sizeLimit: { size: 10, unit: 'B' } })
  expect(page.dom.textContent).toContain('up to 1 files · 10 B each')
  call(page, 'add', [choose('large.txt', 'more than ten'), choose('a.txt', 'a')])
  call(page, 'add', [choose('b.txt', 'b')])
  await until(isDone(page), 'the file within the limits is uploaded')
  expect(rows(page).map(({ name }) => name)).toEqual(['a.txt'])
  const fails = named(events, 'fail').map(({ detail }) => [detail.reason, detail.message])
  expect(fails).toEqual([
    ['size', 'large.txt is larger than 10 B'],
    ['count', 'Up to 1 files'],
  ])
  // Nothing more can be added.
  expect(page.querySelector('.tile')).toBeUndefined()
})

test('shows why an upload failed, and uploads the file on retry', async () => {
  phone.cloud.faults.set({
    rules: [{ action: { kind: 'error', code: 'AccessDenied' }, operation: 'postObject' }],
  })
  const { page, events } = uploader()
  call(page, 'add', [choose('secret.txt', 'text')])
  await until(() => rows(page)[0]?.state === 'error', 'it has failed')
  expect(page.dom.innerHTML).toContain('AccessDenied')
  expect(named(events, 'fail')[0]?.detail).toMatchObject({ reason: 'upload', code: 'AccessDenied' })
  phone.cloud.faults.set({ rules: [] })
  call(page, 'onResume', { detail: { id: rows(page)[0]?.id } })
  await until(isDone(page), 'it is uploaded')
})

test('another instance of the uploader shows the same files', async () => {
  const { page } = uploader({ group: 'kept' })
  call(page, 'add', [choose('kept.txt', 'text')])
  await until(isDone(page), 'the file is uploaded')
  const again = uploader({ group: 'kept' })
  expect(rows(again.page)).toEqual(rows(page))
  expect(again.events).toEqual([])
  call(again.page, 'reset')
  expect([rows(page), rows(again.page)]).toEqual([[], []])
  expect(page.instance.data.value).toEqual([])
})

test('shows stored files first, and removes and moves files', async () => {
  const files = [{ key: `${PREFIX}old.pdf`, size: 2048 }, { url: 'https://example.com/b.png' }]
  const { page, events } = uploader({ files })
  expect(rows(page).map(({ name, state }) => [name, state])).toEqual([
    ['old.pdf', 'success'],
    ['b.png', 'success'],
  ])
  call(page, 'add', [choose('new.txt', 'text')])
  await until(isDone(page), 'the new file is uploaded')
  call(page, 'onRemove', { detail: { id: rows(page)[0]?.id } })
  expect(rows(page).map(({ name }) => name)).toEqual(['b.png', 'new.txt'])
  await until(() => named(events, 'remove').length === 1, 'the event has arrived')
  expect(named(events, 'remove')[0]?.detail).toMatchObject({ index: 0, file: { name: 'old.pdf' } })
})

test('shows that an upload waits for the network', async () => {
  const { page } = uploader()
  phone.simulator.setNetworkType('none')
  call(page, 'add', [choose('offline.txt', 'text')])
  await until(() => page.dom.innerHTML.includes('No network'), 'it waits')
  phone.simulator.setNetworkType('wifi')
  await until(isDone(page), 'it is uploaded')
})

test('uploads the result of uploadParams.prepare, and shows its error', async () => {
  const { COS } = require('miniprogram-cos')
  const seen: string[] = []
  require('miniprogram-cos-components').configure({
    client: 'prepared',
    cos: COS.cloud({ functionName: 'cos-credentials' }),
    uploadParams: {
      async prepare({ FilePath }: { FilePath: string }) {
        seen.push(FilePath)
        if (/broken/.test(FilePath)) throw new Error('the picture is broken')
        return { FilePath: choose('small', 'small').path }
      },
    },
  })
  const { page, events } = uploader({ client: 'prepared', prefix: 'prepared/' })
  const files = [choose('large.txt', 'a large text'), choose('broken.txt', 'broken')]
  call(page, 'add', files)
  await until(
    () => named(events, 'fail').length === 1 && named(events, 'success').length === 1,
    'both',
  )
  expect(seen.sort()).toEqual(files.map(({ path }) => path).sort())
  expect(await stored(`${PREFIX}prepared/`)).toEqual({ 'large.txt': 'small' })
  expect(named(events, 'fail')[0]?.detail).toMatchObject({
    reason: 'upload',
    message: expect.stringContaining('the picture is broken'),
  })
})

test('disabled and read-only uploaders add nothing', async () => {
  for (const properties of [{ disabled: true }, { readonly: true }]) {
    const { page } = uploader(properties)
    await call(page, 'choose', 'media')
    expect(phone.asked.calls).toEqual([])
  }
})

test('cancelling the chooser is not reported, other failures are', async () => {
  const { page, events } = uploader()
  phone.asked.answers.chooseMedia = { errMsg: 'chooseMedia:fail cancel' }
  await call(page, 'choose', 'media')
  phone.asked.answers.chooseMedia = { errMsg: 'chooseMedia:fail no permission' }
  await call(page, 'choose', 'media')
  await until(() => events.length > 0, 'the event has arrived')
  expect(events.map(({ name, detail }) => [name, detail.reason])).toEqual([['fail', 'choose']])
  expect(phone.asked.calls.at(-1)?.[0]).toBe('showToast')
})

test('uses Chinese with locale zh, and texts given by the app', () => {
  const { page } = uploader({ locale: 'zh', source: 'all', texts: { chooseFile: '合同' } })
  expect(page.dom.textContent).toContain('照片和视频')
  expect(page.dom.textContent).toContain('合同')
})

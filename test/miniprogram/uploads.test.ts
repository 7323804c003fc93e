import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestPhone } from '../support/phones'
import { type PhoneWithApp, phoneWithApp } from '../support/phoneWithApp'
import { call, loadPage, type Rendered } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`

let phone: PhoneWithApp
let page: Rendered
beforeAll(async () => {
  phone = await phoneWithApp({ platform: 'mac' })
  page = loadPage('pages/upload/upload')()
})
afterAll(() => phone?.cloud.end())

const uploads = () => page.instance.data.uploads as { name: string; state: string }[]

/** Chooses a file as WeChat for Mac does: its temporary path is its name. */
function choose(name: string, content: string): { path: string; name: string; size: number } {
  const source = join(phone.cloud.folder, 'chosen')
  writeFileSync(source, content)
  return { path: phone.simulator.chooseFile(source, name), name, size: content.length }
}

async function upload(...files: object[]): Promise<void> {
  const before = uploads().length
  call(page, 'onFiles', { detail: { files } })
  await until(
    () => uploads().length > before && uploads().every(({ state }) => state === 'success'),
    'all uploads are finished',
  )
}

async function stored(): Promise<Record<string, string>> {
  const { cos } = createTestPhone(phone.cloud, ALICE)
  const { Contents } = await cos.getBucket({ Prefix: PREFIX })
  const bodies = Contents.map(async ({ Key }) => [
    Key.slice(PREFIX.length),
    String((await cos.getObject({ Key })).Body),
  ])
  return Object.fromEntries(await Promise.all(bodies))
}

test('keeps two files of the same name, though WeChat for Mac gives them the same path', async () => {
  const first = choose('report.txt', 'first')
  await upload(first)
  const second = choose('report.txt', 'second')
  expect(second.path).toBe(first.path)
  await upload(second)
  expect(await stored()).toEqual({ 'report.txt': 'first', 'report (2).txt': 'second' })
  expect(uploads().map(({ name }) => name)).toEqual(['report (2).txt', 'report.txt'])
})

test('keeps files of the same name that are chosen together', async () => {
  const path = choose('notes', 'text').path
  await upload({ path, name: 'notes', size: 4 }, { path, name: 'notes', size: 4 })
  expect(Object.keys(await stored())).toEqual(expect.arrayContaining(['notes', 'notes (2)']))
})

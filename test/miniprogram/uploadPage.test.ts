import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openFolder } from '../../miniprogram/services/folder'
import { createTestPhone } from '../support/phones'
import { call, loadPage, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const phone = useAppPhone()

test('uploads into the folder that the list of files shows', async () => {
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
  const { Contents } = await createTestPhone(phone.cloud, ALICE).cos.getBucket({})
  expect(Contents.map(({ Key }) => Key)).toEqual([`private/${ALICE}/trips/sea.txt`])
})

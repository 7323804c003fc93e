import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { send } from '../support/cosRequests'
import { runSnippet } from '../support/documents'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'

const PICTURE = at('packages/cli/samples/sea.png')
const PHOTOS = `private/${ALICE}/photos/`

const phone = useAppPhone()
let modules: Record<string, unknown>
beforeAll(async () => {
  modules = {
    'miniprogram-cos': require('miniprogram-cos'),
    'miniprogram-cos-components': require('miniprogram-cos-components'),
    nutui: require('miniprogram-cos-components/adapters/nutui'),
    uniApp: require('miniprogram-cos-components/adapters/uniApp'),
  }
})

interface StoredFile {
  url: string
  cosKey: string
}

/** The object of a file, which its URL must give too. */
async function content({ url, cosKey }: StoredFile): Promise<Buffer> {
  expect(cosKey.startsWith(PHOTOS)).toBe(true)
  const { pathname, search } = new URL(url)
  expect((await send(phone.cloud.cos, { path: pathname + search })).status).toBe(200)
  const { cos } = createTestPhone(phone.cloud, ALICE)
  const { Body } = await cos.getObject({ Key: cosKey, DataType: 'arraybuffer' })
  return Buffer.from(Body as ArrayBuffer)
}

test('uploads the files selected in uni-file-picker', async () => {
  const { onSelect } = runSnippet('uniFilePicker.ts', { wx: phone.simulator.wx, modules })
  const path = phone.simulator.chooseFile(PICTURE)
  const files = await onSelect({ tempFiles: [{ path, name: 'sea.png', extname: 'png' }] })
  expect(files).toMatchObject([{ name: 'sea.png', extname: 'png' }])
  expect(await content(files[0])).toEqual(readFileSync(PICTURE))
})

test('the uploader of NutUI uploads the result of prepare', async () => {
  const small = phone.simulator.chooseFile(PICTURE)
  const compressImage = async () => ({ tempFilePath: small })
  runSnippet('compressPictures.ts', { wx: { compressImage }, modules })
  const { upload } = runSnippet('nutuiUpload.ts', { wx: phone.simulator.wx, modules })
  const large = Buffer.alloc(600 * 1024, 7)
  writeFileSync(join(phone.cloud.folder, 'large.png'), large)
  const tempFilePath = phone.simulator.chooseFile(join(phone.cloud.folder, 'large.png'))
  const file = { tempFilePath, name: 'large.png', size: large.length }
  expect(await content(await upload(file))).toEqual(readFileSync(PICTURE))
})

test('the example of the guide prepares the pictures of all uploads', () => {
  const configured: object[] = []
  runSnippet('preparedPictures.ts', {
    wx: phone.simulator.wx,
    modules: {
      ...modules,
      prepare: require('miniprogram-cos/prepare'),
      'miniprogram-cos-components': { configure: (options: object) => configured.push(options) },
    },
  })
  expect(configured).toEqual([
    { cos: expect.anything(), uploadParams: { prepare: expect.any(Function) } },
  ])
})

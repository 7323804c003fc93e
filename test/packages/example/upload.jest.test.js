const { mkdtempSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { startLocalCloud } = require('@miniprogram-cos/local-cloud')
const { createSimulator } = require('@miniprogram-cos/simulator')
const COS = require('miniprogram-cos')

let cloud
const folder = mkdtempSync(join(tmpdir(), 'phone-'))

beforeAll(async () => {
  const file = join(__dirname, 'cloudfunctions/cos-credentials/index.js')
  cloud = await startLocalCloud({ functions: [{ name: 'cos-credentials', file }] })
})
afterEach(() => cloud.reset())
afterAll(() => cloud.close())

/** Signs a user in on a simulated phone. */
function signIn(openid) {
  const phone = createSimulator({
    folder,
    openid,
    functions: cloud.functions,
    route: () => cloud.cos,
    urlCheck: false,
  })
  // Where an app finds it.
  Object.assign(globalThis, { wx: phone.wx })
  phone.wx.cloud.init()
  return phone
}

test('a user uploads a file into the folder of their own', async () => {
  const phone = signIn('oAlice0123456789abcdefghijkl')
  const cos = COS.cloud({ functionName: 'cos-credentials' })
  const photo = join(folder, 'photo.jpg')
  writeFileSync(photo, 'content')
  const { prefix } = await cos.caller()
  await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath: phone.chooseFile(photo) })
  const { Contents } = await cos.getBucket({ Prefix: prefix })
  expect(Contents.map(({ Key }) => Key)).toEqual([`${prefix}photo.jpg`])
})

test('a blocked user gets no key', async () => {
  signIn('oBlocked0123456789abcdefghij')
  const cos = COS.cloud({ functionName: 'cos-credentials' })
  await expect(cos.caller()).rejects.toMatchObject({ code: 'KitNothingGranted' })
})

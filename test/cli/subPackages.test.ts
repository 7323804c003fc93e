import { cpSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { loadModule } from '@miniprogram-cos/simulator'
import { deployedFunctions } from '../../packages/cli/src/project'
import { AppCopy, pictureOn } from '../support/fixtureApp'
import { CLIENT_FILE, createSimulatedPhone } from '../support/phones'
import { ALICE, startTestCloud } from '../support/testCloud'

/** A page of the sub-package, written as the added module says. */
const PAGE = `
const { upload } = require('../../services/cos')

Page({
  async choose() {
    const { tempFiles } = await wx.chooseMedia({ count: 1 })
    return upload(tempFiles[0].tempFilePath)
  },
})
`

let app: AppCopy
beforeAll(() => {
  app = new AppCopy('sub-packages')
})
afterAll(() => app.remove())

test('an unknown sub-package is named in one line, with those that the app has', async () => {
  const { status, stderr } = await app.run('init', '--yes', '--sub-package', 'packages/albums')
  expect([status, stderr]).toEqual([
    2,
    'init: app.json has no sub-package packages/albums (it has: packages/album)\n',
  ])
})

test('init adds the client to the sub-package, and nothing of it to the main package', async () => {
  const before = app.contents()
  const { status, stderr } = await app.run('init', '--yes', '--sub-package', './packages/album/')
  expect([status, stderr]).toEqual([0, ''])
  const after = app.contents()
  expect(after['package.json']).toBe(before['package.json'])
  expect(Object.keys(after)).not.toContain('services/cos.js')
  expect(after).toHaveProperty(['packages/album/services/cos.js'])
  expect(JSON.parse(after['packages/album/package.json'] ?? '').dependencies).toHaveProperty(
    'miniprogram-cos',
  )
})

test('a second run needs no option, and has nothing to do', async () => {
  const before = app.contents()
  expect((await app.run('init')).stdout).toContain('nothing to do')
  expect(app.contents()).toEqual(before)
})

test('a page of the sub-package uploads with the client that is built beside it', async () => {
  const client = app.path('packages/album/miniprogram_npm/miniprogram-cos')
  cpSync(dirname(CLIENT_FILE), client, { recursive: true })
  const file = app.path('packages/album/pages/upload/upload.js')
  writeFileSync(file, PAGE)
  const cloud = await startTestCloud({ functions: deployedFunctions(app.folder) })
  try {
    const phone = createSimulatedPhone(cloud, ALICE)
    const tempFilePath = pictureOn(phone)
    let page: { choose?: () => Promise<{ Key: string }> } = {}
    loadModule(file, {
      wx: { ...phone.wx, chooseMedia: async () => ({ tempFiles: [{ tempFilePath }] }) },
      globals: {
        Page: (definition: typeof page) => {
          page = definition
        },
      },
      packages: dirname(client),
    })
    expect((await page.choose?.())?.Key).toMatch(`private/${ALICE}/`)
  } finally {
    await cloud.end()
  }
})

test('packNpmRelationList gets an entry for the sub-package', async () => {
  const manual = new AppCopy('sub-packages')
  const project = JSON.parse(manual.read('project.config.json'))
  project.setting.packNpmManually = true
  const root = { packageJsonPath: './package.json', miniprogramNpmDistDir: './' }
  project.setting.packNpmRelationList = [root]
  writeFileSync(manual.path('project.config.json'), JSON.stringify(project))
  await manual.run('init', '--yes', '--sub-package', 'packages/album')
  const { setting } = JSON.parse(manual.read('project.config.json'))
  expect(setting.packNpmRelationList).toEqual([
    root,
    {
      packageJsonPath: './packages/album/package.json',
      miniprogramNpmDistDir: './packages/album',
    },
  ])
  expect((await manual.run('init')).stdout).toContain('nothing to do')
  manual.remove()
})

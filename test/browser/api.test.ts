import { readFileSync } from 'node:fs'
import { API_NAMES } from '../../packages/simulator/src/browser/wx/apiNames'
import { describeInBrowser } from '../support/browser'
import { type AppPage, PreviewApp } from '../support/previewApp'
import { at } from '../support/root'

const PICTURE = at('packages/cli/samples/sea.png')

test('API_NAMES are the calls that miniprogram-api-typings declares', () => {
  const file = at('node_modules/miniprogram-api-typings/types/wx/lib.wx.api.d.ts')
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
  const wx = text.slice(text.indexOf('    interface Wx {'))
  const body = wx.slice(0, wx.indexOf('\n    }\n'))
  const names = [...body.matchAll(/^ {8}(?:readonly )?(\w+)(?=\??[:(<])/gm)].map(([, name]) => name)
  expect([...API_NAMES].sort()).toEqual([...new Set(names)].sort())
})

const FILES = {
  'app.json': JSON.stringify({
    pages: ['a', 'b', 'broken', 'picks'].map((name) => `pages/${name}/${name}`),
  }),
  'app.js': `App({
    globalData: { name: 'app' },
    onLaunch() {
      wx.getSystemInfo({ success: ({ platform }) => { this.globalData.platform = platform } })
    },
  })`,
  'pages/a/a.wxml': '<view id="box" class="box" style="height: 20px" data-x="1">box</view>',
  'pages/a/a.js': 'Page({ data: { heard: "", platform: getApp().globalData.platform } })',
  'pages/b/b.wxml': '<text>second</text>',
  'pages/b/b.js': `Page({ onLoad(query) {
    this.getOpenerEventChannel().emit('told', query.x)
    this.getOpenerEventChannel().on('asked', (value) => this.setData({ value }))
  } })`,
  'pages/picks/picks.wxml': '<text>picks</text>',
  'pages/picks/picks.js': `Page({ onLoad() {
    wx.chooseImage({ success: ({ tempFilePaths }) => this.setData({ chosen: tempFilePaths.length }) })
  } })`,
  'pages/broken/broken.wxml': '<view>\n  <text>\n</view>',
}

describeInBrowser('wx in the preview', () => {
  let app: PreviewApp
  let page: AppPage
  beforeAll(async () => {
    app = await PreviewApp.start(FILES)
  })
  afterAll(() => app?.end())
  beforeEach(async () => {
    page = await app.open('pages/a/a')
    await page.screen.getByText('box').waitFor()
  })
  afterEach(() => page.close())

  test('scripts of pages read what onLaunch has set', async () => {
    expect(await page.data()).toMatchObject({ platform: 'devtools' })
  })

  test('storage is cleared and listed, also by calls with a promise', async () => {
    await page.evaluate(
      `wx.batchSetStorage({ kvList: [{ key: 'a', value: 1 }, { key: 'b', value: [2] }] })`,
    )
    expect(await page.evaluate('wx.getStorageInfo()')).toMatchObject({ keys: ['a', 'b'] })
    expect(await page.evaluate(`wx.batchGetStorageSync(['b', 'c'])`)).toEqual([[2], ''])
    await page.evaluate('wx.clearStorage()')
    expect(await page.evaluate('wx.getStorageInfoSync().keys')).toEqual([])
  })

  test('an unsupported call fails with its name, and canIUse returns false', async () => {
    const failure = await page.evaluate('wx.startBluetoothDevicesDiscovery()')
    expect(failure).toEqual({
      errMsg: 'startBluetoothDevicesDiscovery:fail not supported by the preview',
    })
    expect(page.console).toContain('wx.startBluetoothDevicesDiscovery is not in the preview')
    const answers = await page.evaluate(
      "['request', 'startBluetoothDevicesDiscovery', 'button.open-type', 'map', 'swiper'].map((name) => wx.canIUse(name))",
    )
    expect(answers).toEqual([true, false, true, false, true])
    expect(await page.evaluate('typeof wx.noSuchCall')).toBe('undefined')
  })

  test('objects returned by unsupported calls do nothing, and report their name', async () => {
    await page.evaluate(
      'wx.getRecorderManager().onStart(() => {}), wx.getRecorderManager().start({}), true',
    )
    expect(page.console).toEqual(
      expect.arrayContaining([
        'wx.getRecorderManager is not in the preview',
        'wx.getRecorderManager().start is not in the preview',
      ]),
    )
  })

  test.each([
    ['chooseImage', '{ count: 1 }', 'result.tempFilePaths[0]'],
    ['chooseMedia', '{ count: 1 }', 'result.tempFiles[0].tempFilePath'],
    ['chooseMessageFile', "{ count: 1, type: 'image' }", 'result.tempFiles[0].path'],
  ])('%s gives the path of a chosen picture', async (name, options, path) => {
    const chooser = page.browser.waitForEvent('filechooser')
    const info = page.evaluate<object>(
      `wx.${name}(${options}).then((result) => wx.getImageInfo({ src: ${path} }))`,
    )
    await (await chooser).setFiles([PICTURE])
    expect(await info).toMatchObject({ width: 480, type: 'png', orientation: 'up' })
  })

  test('asks the user for a tap if the browser opens no file dialog without one', async () => {
    await page.close()
    page = await app.open('pages/picks/picks')
    const chooser = page.browser.waitForEvent('filechooser')
    await page.browser.locator('.modal-confirm').click()
    await (await chooser).setFiles([PICTURE])
    await page.waitForData('chosen', 1)
  })

  test('compressImage makes a smaller picture', async () => {
    const chooser = page.browser.waitForEvent('filechooser')
    const info = page.evaluate<object>(`wx.chooseImage({ count: 1 })
      .then(({ tempFilePaths: [src] }) => wx.compressImage({ src, quality: 50, compressedWidth: 100 }))
      .then(({ tempFilePath }) => wx.getImageInfo({ src: tempFilePath }))`)
    await (await chooser).setFiles([PICTURE])
    expect(await info).toMatchObject({ width: 100, type: 'jpeg' })
  })

  test('selector queries measure elements from the top of the page', async () => {
    const rect = await page.evaluate(
      "new Promise((resolve) => wx.createSelectorQuery().select('#box').boundingClientRect().exec(([one]) => resolve(one)))",
    )
    expect(rect).toMatchObject({ id: 'box', dataset: { x: '1' }, top: 0, height: 20, width: 375 })
  })

  test('the parts of getSystemInfo agree', async () => {
    const info = await page.evaluate<Record<string, Record<string, unknown>>>(`({
      all: wx.getSystemInfoSync(), later: await wx.getSystemInfo(), window: wx.getWindowInfo(),
      base: wx.getAppBaseInfo(), device: wx.getDeviceInfo(), capsule: wx.getMenuButtonBoundingClientRect(),
    })`)
    const { all, later, window: area, base, device, capsule } = info
    expect(later).toMatchObject(all ?? {})
    for (const part of [area, base, device]) expect(all).toMatchObject(part ?? {})
    expect(Number(area?.windowHeight)).toBeLessThan(Number(area?.screenHeight))
    expect(Number(capsule?.top)).toBeGreaterThan(Number(area?.statusBarHeight))
  })

  test('base64 and buffers are converted both ways', async () => {
    const bytes = await page.evaluate(
      '[...new Uint8Array(wx.base64ToArrayBuffer(wx.arrayBufferToBase64(new Uint8Array([0, 127, 255]).buffer)))]',
    )
    expect(bytes).toEqual([0, 127, 255])
  })

  test('files can be written and read synchronously, and survive a restart', async () => {
    const found = await page.evaluate(`(() => {
      const fs = wx.getFileSystemManager()
      const folder = wx.env.USER_DATA_PATH + '/notes'
      fs.mkdirSync(folder)
      fs.writeFileSync(folder + '/a.txt', 'héllo', 'utf8')
      fs.copyFileSync(folder + '/a.txt', folder + '/b.txt')
      let missing = ''
      try { fs.accessSync(folder + '/none') } catch (error) { missing = error.message }
      return [fs.readFileSync(folder + '/b.txt', 'utf8'), fs.readFileSync(folder + '/b.txt').byteLength,
        fs.readFileSync(folder + '/b.txt', 'base64'), fs.readdirSync(folder), fs.statSync(folder).isDirectory(), missing]
    })()`)
    expect(found).toEqual([
      'héllo',
      6,
      'aMOpbGxv',
      ['a.txt', 'b.txt'],
      true,
      expect.stringContaining('accessSync:fail no such file or directory'),
    ])
    await page.browser.waitForTimeout(100)
    await page.browser.reload()
    await page.screen.getByText('box').waitFor()
    const read = `new Promise((resolve) => wx.getFileSystemManager().readFile({
      filePath: wx.env.USER_DATA_PATH + '/notes/a.txt', encoding: 'utf8', success: resolve, fail: resolve }))`
    expect(await page.evaluate(read)).toMatchObject({ data: 'héllo' })
  })

  test('a chosen video comes with its size and a picture of its first frame', async () => {
    const video = (await page.browser.evaluate(`new Promise((resolve) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 48 })
      canvas.getContext('2d').fillRect(0, 0, 64, 48)
      const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' })
      recorder.ondataavailable = async ({ data }) =>
        resolve(wx.arrayBufferToBase64(await data.arrayBuffer()))
      recorder.start()
      setTimeout(() => recorder.stop(), 300)
    })`)) as string
    const buffer = Buffer.from(video, 'base64')
    const [, chosen] = await Promise.all([
      page.browser
        .waitForEvent('filechooser')
        .then((chooser) => chooser.setFiles({ name: 'a.webm', mimeType: 'video/webm', buffer })),
      page.evaluate<{ tempFiles: { width: number; thumbTempFilePath: string }[] }>(
        `wx.chooseMedia({ mediaType: ['video'] })`,
      ),
    ])
    const [file] = chosen.tempFiles
    expect(file).toMatchObject({ fileType: 'video', width: 64, height: 48, size: buffer.length })
    const src = JSON.stringify(file?.thumbTempFilePath)
    expect(await page.evaluate(`wx.getImageInfo({ src: ${src} })`)).toMatchObject({
      width: 64,
      height: 48,
    })
  })

  test('pages communicate through an event channel', async () => {
    await page.evaluate(`wx.navigateTo({ url: '/pages/b/b?x=1', events: { told: (value) => page.setData({ heard: value }) },
      success: ({ eventChannel }) => eventChannel.emit('asked', 'hello') })`)
    await page.screen.getByText('second').waitFor()
    await page.waitForData('value', 'hello')
    expect(await page.evaluate('getCurrentPages()[0].data.heard')).toBe('1')
  })

  test('login returns a code, and the user is asked for a permission once', async () => {
    expect(await page.evaluate('wx.login()')).toMatchObject({ code: expect.any(String) })
    const asked = page.evaluate("wx.authorize({ scope: 'scope.record' })")
    await page.browser.locator('.modal').getByText('Deny').click()
    expect(await asked).toMatchObject({ errMsg: 'authorize:fail auth deny' })
    expect(await page.evaluate('wx.getSetting()')).toMatchObject({
      authSetting: { 'scope.record': false },
    })
  })

  test('a page that does not compile shows the error, and the other pages work', async () => {
    await page.evaluate("wx.navigateTo({ url: '/pages/broken/broken' })")
    const alert = page.screen.getByRole('alert')
    await alert.getByText('pages/broken/broken.wxml:2:4').waitFor()
    expect(await alert.textContent()).toContain('missing end tag')
    await page.browser.getByLabel('back').click()
    await page.screen.getByText('box').waitFor()
  })

  test.each([
    ["callFunction({ name: 'a' })"],
    ["uploadFile({ cloudPath: 'a' })"],
    ["downloadFile({ fileID: 'a' })"],
    ["getTempFileURL({ fileList: ['a'] })"],
    ["deleteFile({ fileList: ['a'] })"],
  ])('wx.cloud.%s fails before init', async (call) => {
    expect(await page.evaluate(`wx.cloud.${call}`)).toEqual({
      errCode: -1,
      errMsg: "Cloud API isn't enabled, please call wx.cloud.init first",
    })
  })

  test('an aborted transfer of wx.cloud fails with the name of its call', async () => {
    await page.evaluate('wx.cloud.init()')
    const aborted = `new Promise((complete) =>
      wx.cloud.downloadFile({ fileID: 'a', complete }).abort())`
    expect(await page.evaluate(aborted)).toEqual({ errMsg: 'cloud.downloadFile:fail abort' })
  })

  test('wx.cloud fails with the name of an unsupported call', async () => {
    await page.evaluate('wx.cloud.init()')
    expect(await page.evaluate("wx.cloud.uploadFile({ cloudPath: 'a' })")).toMatchObject({
      errMsg: 'cloud.uploadFile:fail not supported by the preview',
    })
    const task = 'wx.cloud.downloadFile({ fileID: "a", fail() {} })'
    expect(await page.evaluate(`typeof ${task}.onProgressUpdate`)).toBe('function')
    const query = "wx.cloud.database().collection('a').where({ b: 1 }).orderBy('b', 'asc').get()"
    expect(await page.evaluate(query)).toMatchObject({
      errMsg: 'cloud.database:fail not supported by the preview',
    })
  })
})

describeInBrowser('privacy checks', () => {
  const files = {
    'app.json': '{"pages":["pages/a/a"],"__usePrivacyCheck__":true}',
    'pages/a/a.wxml': '<text>page</text>',
  }

  test('a call that the agreement does not declare fails with errno 112', async () => {
    const app = await PreviewApp.start(files, { undeclaredPrivacy: ['chooseMedia'] })
    const page = await app.open('pages/a/a')
    await page.screen.getByText('page').waitFor()
    expect(await page.evaluate('wx.chooseMedia({})')).toEqual({
      errMsg: 'chooseMedia:fail api scope is not declared in the privacy agreement',
      errno: 112,
    })
    await app.end()
  })

  test('WeChat or the app asks the user, who can refuse', async () => {
    const app = await PreviewApp.start(files)
    const page = await app.open('pages/a/a')
    await page.screen.getByText('page').waitFor()
    const refused = page.evaluate("wx.setClipboardData({ data: 'x' })")
    await page.browser.locator('.modal').getByText('Decline').click()
    expect(await refused).toMatchObject({ errno: 104 })
    const agreed = await page.evaluate(`(() => {
      wx.onNeedPrivacyAuthorization((resolve) => resolve({ event: 'agree', buttonId: 'agree' }))
      return wx.setClipboardData({ data: 'x' })
    })()`)
    expect(agreed).toMatchObject({ errMsg: 'setClipboardData:ok' })
    expect(await page.evaluate('wx.getPrivacySetting()')).toMatchObject({
      needAuthorization: false,
    })
    await app.end()
  })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describeInBrowser, launchBrowser, openPage } from '../support/browser'
import { CLI } from '../support/commandLine'
import { listenLocally } from '../support/localServer'
import { writeProject } from '../support/projectFiles'
import { until } from '../support/until'

const FILES = {
  'project.config.json': JSON.stringify({
    appid: 'wx0123456789abcdef',
    cloudfunctionRoot: 'cloud/',
  }),
  'app.json': JSON.stringify({ pages: ['pages/home/home'] }),
  'app.js': 'App({ onLaunch() { wx.cloud.init() } })',
  'cloud/greet/index.js': "exports.main = async ({ name }) => 'hello ' + name",
  'pages/home/home.wxml': '<view>{{greeting}}, {{token}}</view><view>{{kept}}</view>',
  'pages/home/home.js': `Page({
    data: { greeting: '', token: '' },
    async onLoad() {
      void this.store()
      const { result } = await wx.cloud.callFunction({ name: 'greet', data: { name: 'Ming' } })
      this.setData({ greeting: result })
      wx.request({
        url: 'https://api.example.com/sts?for=me',
        success: ({ data }) => this.setData({ token: data.token }),
      })
    },
    async store() {
      const filePath = wx.env.USER_DATA_PATH + '/a.txt'
      wx.getFileSystemManager().writeFileSync(filePath, 'in the cloud', 'utf8')
      const { fileID } = await wx.cloud.uploadFile({ cloudPath: 'notes/a ' + Math.random() + '.txt', filePath })
      const { tempFilePath } = await wx.cloud.downloadFile({ fileID })
      const text = wx.getFileSystemManager().readFileSync(tempFilePath, 'utf8')
      const found = await wx.cloud.getTempFileURL({ fileList: [fileID] })
      const { fileList: [{ status }] } = await wx.cloud.deleteFile({ fileList: [fileID] })
      const gone = await wx.cloud.downloadFile({ fileID }).catch(({ errMsg }) => errMsg)
      this.setData({ kept: [text, found.fileList[0].status, status, gone].join(', ') })
    },
  })`,
}

describeInBrowser('preview --root of a project without cos.config.ts', () => {
  test('runs its pages, its cloud functions, its files in wx.cloud and its key server, and reloads after a change', async () => {
    const folder = writeProject(FILES)
    const keyServer = createServer(({ url }, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.end(JSON.stringify({ token: `key for ${url}` }))
    })
    const route = `/sts=${await listenLocally(keyServer)}/keys`
    const args = [
      'preview',
      '--root',
      folder,
      '--ports',
      '0',
      '--route',
      route,
      '--data',
      join(folder, '.data'),
    ]
    const child = spawn(process.execPath, [CLI, ...args], { cwd: folder })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        output += text
      })
    }
    const browser = await launchBrowser()
    try {
      await until(() => output.includes('watching'), 'dev has started')
      const [, url = ''] = /open +(http:\S+)/.exec(output) ?? []
      const page = await openPage(browser)
      await page.goto(url)
      const phone = page.frameLocator('iframe[title=Alice]')
      await phone.getByText('hello Ming, key for /keys?for=me').waitFor()
      const gone = 'cloud.downloadFile:fail storage file not exists'
      await phone.getByText(`in the cloud, 0, 0, ${gone}`).waitFor()
      writeFileSync(join(folder, 'pages/home/home.wxml'), '<view>{{greeting}}, again</view>')
      await phone.getByText('hello Ming, again').waitFor()
      expect(existsSync(join(folder, '.data'))).toBe(true)
    } finally {
      await browser.close()
      child.kill('SIGTERM')
      await once(child, 'exit')
      keyServer.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

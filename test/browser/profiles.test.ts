import { readFileSync, writeFileSync } from 'node:fs'
import { deviceProfile, type Platform } from '@miniprogram-cos/simulator'
import { API_NAMES } from '../../packages/simulator/src/browser/wx/apiNames'
import { describeInBrowser } from '../support/browser'
import { PreviewApp } from '../support/previewApp'
import { at } from '../support/root'

const FILES = {
  'app.json': JSON.stringify({ pages: ['pages/home/home'] }),
  'app.js': 'App({})',
  'pages/home/home.wxml': '<view>home</view>',
  'pages/home/home.js': 'Page({})',
}
const BEGIN = '<!-- imitated: begin -->'
const END = '<!-- imitated: end -->'

describeInBrowser('clients of WeChat', () => {
  let app: PreviewApp
  beforeAll(async () => {
    app = await PreviewApp.start(FILES)
  })
  afterAll(() => app?.end())

  const openOn = (platform: Platform) => app.open(`pages/home/home&platform=${platform}`)

  const ON_COMPUTERS = ['chooseMessageFile', 'compressImage', 'previewMedia', 'shareFileMessage']
  test.each<[Platform, string[], string[]]>([
    ['ios', ON_COMPUTERS, ['saveFileToDisk']],
    ['android', ON_COMPUTERS, ['saveFileToDisk']],
    ['ohos', ON_COMPUTERS, ['saveFileToDisk', 'onThemeChange']],
    ['mac', ['saveFileToDisk', 'onThemeChange'], ON_COMPUTERS],
    ['windows', ['saveFileToDisk', 'onThemeChange'], ON_COMPUTERS],
  ])('%s names itself, and has the calls that it has in WeChat', async (platform, has, lacks) => {
    const page = await openOn(platform)
    expect(await page.evaluate('wx.getDeviceInfo().platform')).toBe(platform)
    const usable = (names: string[]) =>
      page.evaluate(`${JSON.stringify(names)}.filter((name) => wx.canIUse(name))`)
    expect(await usable([...has, ...lacks])).toEqual(has)
    const [call] = lacks
    expect(await page.evaluate(`wx.${call}({ filePath: '' })`)).toEqual({
      errMsg: `${call}:fail not supported by WeChat for ${platform}`,
    })
    const { isSupported } = deviceProfile(platform).skyline
    expect(await page.evaluate('wx.getSkylineInfoSync()')).toMatchObject({ isSupported })
    await page.close()
  })

  test('Windows chooses nothing for a video of more than ten seconds', async () => {
    const page = await openOn('windows')
    expect(await page.evaluate('wx.chooseMedia({ maxDuration: 30 })')).toEqual({
      errMsg: 'chooseMedia:fail invalid maxDuration',
    })
    await page.close()
  })

  test('the READMEs list the calls of wx that the preview imitates, and all others', async () => {
    const page = await openOn('devtools')
    const names = JSON.stringify(API_NAMES)
    const imitated = await page.evaluate<string[]>(`${names}.filter((name) => name in wx)`)
    const list = (listed: string[]) => listed.map((name) => `\`${name}\``).join(' ')
    const missing = API_NAMES.filter((name) => !imitated.includes(name))
    const text = `${list(imitated)}\n\n<details>\n\n${list(missing)}\n\n</details>`
    for (const file of ['README.md', 'README.zh-CN.md']) {
      const path = at('packages/simulator', file)
      const readme = readFileSync(path, 'utf8')
      const [before = '', rest = ''] = readme.split(BEGIN)
      const [listed = '', after = ''] = rest.split(END)
      if (process.env.UPDATE_API_LIST) {
        writeFileSync(path, `${before}${BEGIN}\n${text}\n${END}${after}`)
      } else expect(listed.trim()).toBe(text)
      expect(readme).toContain(`${imitated.length} / ${API_NAMES.length}`)
    }
    await page.close()
  })
})

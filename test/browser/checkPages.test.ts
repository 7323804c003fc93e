import { rmSync } from 'node:fs'
import { checkPages } from '@miniprogram-cos/simulator/preview'
import type { Browser } from 'playwright-core'
import { describeInBrowser, launchBrowser } from '../support/browser'
import { writeProject } from '../support/projectFiles'

describeInBrowser('checkPages', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())

  const page = (name: string, wxml: string, script = 'Page({})') => ({
    [`pages/${name}/${name}.wxml`]: wxml,
    [`pages/${name}/${name}.js`]: script,
  })

  test('opens every page, and distinguishes errors from unsupported features', async () => {
    const names = ['good', 'broken', 'throws', 'gaps', 'after']
    const root = writeProject({
      'app.json': JSON.stringify({ pages: names.map((name) => `pages/${name}/${name}`) }),
      ...page('good', '<view>good</view>'),
      ...page('broken', '<view>'),
      ...page('throws', '<view/>', 'Page({ onLoad() { this.missing.value } })'),
      ...page('gaps', '<map/>', 'Page({ onShow() { wx.startGyroscope() } })'),
      ...page('after', '<view>after</view>'),
    })
    const results = await checkPages({ root, browser })
    rmSync(root, { recursive: true, force: true })
    expect(results.map(({ route, errors }) => [route.split('/')[1], errors.length > 0])).toEqual([
      ['good', false],
      ['broken', true],
      ['throws', true],
      ['gaps', false],
      ['after', false],
    ])
    expect(results[1]?.errors[0]).toContain('pages/broken/broken.wxml:1:2')
    expect(results[2]?.errors[0]).toContain("reading 'value'")
    expect(results[3]?.gaps).toEqual(
      expect.arrayContaining([
        '<map> is not in the preview',
        'wx.startGyroscope is not in the preview',
      ]),
    )
  })

  test('an unreadable app.json is an error of the check', async () => {
    const root = writeProject({ 'app.json': '{ "pages": [' })
    await expect(checkPages({ root, browser })).rejects.toThrow(/not JSON/)
    rmSync(root, { recursive: true, force: true })
  })
})

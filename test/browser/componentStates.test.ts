import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { type Preview, startPreview } from '@miniprogram-cos/simulator/preview'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { describeInBrowser, launchBrowser, openPage } from '../support/browser'
import { readProject, writeProject } from '../support/projectFiles'
import { at } from '../support/root'
import { sideBySide } from './sideBySide'

/** `UPDATE_SCREENSHOTS=1 npx jest test/browser/componentStates` takes the pictures that the guide shows. */
const TAKES_PICTURES = Boolean(process.env.UPDATE_SCREENSHOTS)
const NOWHERE = 'http://127.0.0.1:9'
const LOOKS = [
  ['en', 'light'],
  ['en', 'dark'],
  ['zh_CN', 'light'],
  ['zh_CN', 'dark'],
] as const

describeInBrowser('each component in each of its states, in both languages, light and dark', () => {
  let preview: Preview
  let browser: Browser
  const root = writeProject(readProject('test/components/gallery.txtar'))
  beforeAll(async () => {
    symlinkSync(at('node_modules'), join(root, 'node_modules'))
    browser = await launchBrowser()
    preview = await startPreview({
      root,
      phones: [{ name: 'Phone', openid: 'oPhone', language: 'en' }],
      functions: NOWHERE,
      route: () => NOWHERE,
      domains: { request: [], uploadFile: [], downloadFile: [] },
    })
  })
  afterAll(async () => {
    await browser?.close()
    await preview?.close()
    rmSync(root, { recursive: true })
  })

  test.each([
    ['uploader', 1940, ['text=AccessDenied']],
    ['waiting', 720, ['text=/No network|等待网络/', '[class*="lifted"][style*="translateY"]']],
    ['list', 2500, ['text=/1 selected|已选 1 项/', 'text=/Loading…|加载中…/']],
    ['image', 640, ['cos-image img >> nth=4']],
  ])('%s', async (name, height, shown) => {
    const shots: Buffer[] = []
    for (const [language, theme] of LOOKS) {
      const page = await openPage(browser, { viewport: { width: 375, height } })
      const thrown: string[] = []
      page.on('pageerror', ({ message }) => thrown.push(message))
      const route = `pages/${name}/${name}`
      await page.goto(`${preview.phones[0]?.url}?page=${route}&language=${language}&theme=${theme}`)
      for (const selector of shown) await page.locator(selector).first().waitFor()
      if (TAKES_PICTURES) shots.push(await page.screenshot({ animations: 'disabled' }))
      await page.setViewportSize({ width: 320, height })
      expect(await page.evaluate(WIDTHS)).toEqual([])
      expect(thrown).toEqual([])
      await page.context().close()
    }
    if (TAKES_PICTURES) await savePicture(name, shots, height)
  })

  async function savePicture(name: string, shots: Buffer[], height: number): Promise<void> {
    const context = await browser.newContext()
    const picture = await sideBySide(context, shots, { width: 375, height })
    await context.close()
    await sharp(picture)
      .webp({ quality: 80 })
      .toFile(at(`docs/images/cos-${name}.webp`))
  }
})

/** Runs in the page: what is wider than the screen. */
const WIDTHS = `(() => {
  const found = []
  const look = (root) => {
    for (const element of root.querySelectorAll('*')) {
      const { right, width } = element.getBoundingClientRect()
      if (width > 0 && right > window.innerWidth + 1) found.push(element.className || element.tagName)
      if (element.shadowRoot) look(element.shadowRoot)
    }
  }
  look(document.querySelector('wx-page'))
  return found
})()`

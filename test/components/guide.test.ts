import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { describeInBrowser, openPage } from '../support/browser'
import { filesIn } from '../support/documents'
import { createTestPhone } from '../support/phones'
import { type AppOnCloud, AppPage, startAppOnCloud } from '../support/previewApp'
import { writeProject } from '../support/projectFiles'
import { at } from '../support/root'
import { ALICE } from '../support/testCloud'

const PICTURE = at('packages/cli/samples/sea.png')
/** The part of the browser's image that is used. */
interface ImageElement {
  /** Waits until the image is loaded. */
  decode: () => Promise<void>
  naturalWidth: number
}

const PHOTOS = `private/${ALICE}/photos/`

const english = filesIn('docs/guides/components.md')

test('the guides in both languages have the same files, and an uploader takes at most five lines', () => {
  const chinese = filesIn('docs/guides/components.zh-CN.md')
  expect([...chinese.keys()]).toEqual([...english.keys()])
  for (const [name, code] of english) {
    // Comments are in the language of the guide.
    if (name !== 'pages/send/send.ts') expect(chinese.get(name)).toBe(code)
  }
  const lines = ['json', 'wxml'].map((ending) => english.get(`pages/send/send.${ending}`) ?? '')
  expect(lines.join('').trimEnd().split('\n').length).toBeLessThanOrEqual(5)
})

describeInBrowser('the guide as an app in the preview, with the UI libraries themselves', () => {
  let app: AppOnCloud
  /** Below this repository, so that its packages are found. */
  let folder: string

  beforeAll(async () => {
    mkdirSync(at('coverage'), { recursive: true })
    folder = mkdtempSync(at('coverage/components-'))
    const pages = [...english.keys()].filter((name) => name.endsWith('.wxml'))
    const settings = { pages: pages.map((name) => name.replace('.wxml', '')) }
    writeProject({ ...Object.fromEntries(english), 'app.json': JSON.stringify(settings) }, folder)
    app = await startAppOnCloud(folder)
  })
  afterAll(async () => {
    await app?.end()
    rmSync(folder, { recursive: true, force: true })
  })

  async function open(route: string): Promise<AppPage> {
    const page = new AppPage(await openPage(app.browser, { viewport: { width: 375, height: 740 } }))
    await page.browser.goto(app.urlOf(route))
    return page
  }

  /** Taps something that opens the chooser, and chooses the picture. */
  async function choose(page: AppPage, selector: string): Promise<void> {
    const [chooser] = await Promise.all([
      page.browser.waitForEvent('filechooser'),
      page.find(selector).first().click(),
    ])
    await chooser.setFiles([PICTURE])
  }

  async function stored(key: string): Promise<boolean> {
    const { cos } = createTestPhone(app.cloud, ALICE)
    const { Body } = await cos.getObject({ Key: key, DataType: 'arraybuffer' })
    return Buffer.from(Body as ArrayBuffer).equals(readFileSync(PICTURE))
  }

  test('the uploader of a form gives the keys of its files', async () => {
    const page = await open('pages/send/send')
    const logged = page.browser.waitForEvent('console', (message) => message.text() !== '')
    await choose(page, 'cos-uploader [aria-label="Photos, videos"]')
    await page.find('upload-row').filter({ hasText: 'Done' }).waitFor()
    await page.screen.getByText('OK', { exact: true }).click()
    const [value] = await Promise.all((await logged).args().map((value) => value.jsonValue()))
    const [file] = value as { key: string; size: number; type: string }[]
    expect(file).toMatchObject({ type: 'image', size: readFileSync(PICTURE).length })
    expect(file?.key.startsWith(PHOTOS)).toBe(true)
    expect(await stored(file?.key ?? '')).toBe(true)
    expect(page.thrown).toEqual([])
    await page.close()
  })

  test.each([
    ['tdesign', '.t-upload__wrapper'],
    ['vant', '.van-uploader__upload'],
  ])('the uploader of %s uploads a file', async (name, selector) => {
    const page = await open(`pages/${name}/${name}`)
    await choose(page, selector)
    await page.browser.waitForFunction(`getCurrentPages().at(-1).data.files[0]?.status === 'done'`)
    const { files } = await page.data<{ files: { cosKey: string }[] }>()
    expect(files[0]?.cosKey.startsWith(PHOTOS)).toBe(true)
    expect(await stored(files[0]?.cosKey ?? '')).toBe(true)
    expect(page.thrown).toEqual([])
    await page.close()
  })

  test('the shown picture is the one that COS scaled down', async () => {
    const { cos } = createTestPhone(app.cloud, ALICE)
    await cos.uploadFile({ Key: `${PHOTOS}sea.jpg`, FilePath: PICTURE })
    const page = await open('pages/picture/picture')
    const picture = page.find('cos-image img[src]')
    await picture.waitFor()
    const width = picture.evaluate(async (image: unknown) => {
      await (image as ImageElement).decode()
      return (image as ImageElement).naturalWidth
    })
    expect(await width).toBe(400)
    expect(page.thrown).toEqual([])
    await page.close()
  })

  test('the file list shows what was uploaded', async () => {
    const page = await open('pages/list/list')
    await page.find('file-row').first().waitFor()
    expect(await page.find('file-row').count()).toBeGreaterThanOrEqual(1)
    expect(page.thrown).toEqual([])
    await page.close()
  })
})

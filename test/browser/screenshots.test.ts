import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { describeInBrowser, openPage } from '../support/browser'
import { PartGate, PreviewPage, type TestProject, useTestProject } from '../support/demoPreview'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE } from '../support/testCloud'
import { sideBySide } from './sideBySide'

/** `UPDATE_SCREENSHOTS=1 npx jest test/browser/screenshots` puts them where the READMEs show them. */
const FOLDER = at(process.env.UPDATE_SCREENSHOTS ? 'docs/images' : 'coverage/screenshots')

const SIZE = { width: 375, height: 740 }
/** Small enough for a README, large enough to read. */
const PICTURE = { width: 300, height: 592 }
const TEXTS = {
  en: { only: 'Only you can open these', upload: 'Chat files', done: 'Done', start: 'Start' },
  zh_CN: { only: '只有你能打开', upload: '聊天文件', done: '已完成', start: '开始' },
}
const BACKGROUNDS = { light: 'rgb(243, 245, 249)', dark: 'rgb(16, 18, 22)' }

describeInBrowser('every page, in both languages, light and dark', () => {
  const project = useTestProject()
  beforeAll(async () => {
    mkdirSync(FOLDER, { recursive: true })
    await fillFolder(project)
  })

  test.each([
    ['en', 'light'],
    ['en', 'dark'],
    ['zh_CN', 'light'],
    ['zh_CN', 'dark'],
  ] as const)('%s %s', async (language, theme) => {
    const texts = TEXTS[language]
    // Each with a storage of its own: a phone that was just bought.
    const page = await openPage(project.browser, { viewport: SIZE })
    const context = page.context()
    const gate = await PartGate.on(page)
    await page.goto(`${project.preview.phones[0]?.url}?language=${language}&theme=${theme}`)
    const shots: Buffer[] = []
    const shoot = async () => {
      expect(await page.evaluate(LOOK)).toEqual({
        background: BACKGROUNDS[theme],
        isTooWide: false,
        missing: 0,
      })
      shots.push(await page.screenshot({ animations: 'disabled' }))
    }
    const front = page.locator('wx-page:not([hidden])')
    const tab = (index: number) => page.locator('#tabs button').nth(index).click()

    await front.getByText(texts.only).waitFor()
    await front.locator('wx-image img').nth(1).waitFor()
    await shoot()

    await tab(1)
    gate.close()
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      front.getByText(texts.upload).click(),
    ])
    const film = join(project.cloud.folder, 'holiday.mp4')
    writeFileSync(film, Buffer.alloc(4 * 1024 * 1024, 1))
    await chooser.setFiles([film, at('packages/cli/samples/dawn.png')])
    await gate.letThrough(1)
    await front.getByText(texts.done).first().waitFor()
    await front.getByText(/25%/).waitFor()
    await shoot()
    await tab(0)
    await front.getByText('sea.png').click()
    await front.getByText('image/png').waitFor()
    await front.locator('wx-image img').waitFor()
    await shoot()
    await page.getByLabel('back').click()

    await tab(2)
    await front.getByText(texts.start).click()
    await front.getByText('AccessDenied', { exact: false }).waitFor()
    await scrollDown(front)
    await shoot()
    await save(`demo-${language.slice(0, 2)}-${theme}`, await sideBySide(context, shots, PICTURE))
    await context.close()
  })

  test('the two phones and the panel', async () => {
    const page = await openPage(project.browser, { viewport: { width: 1500, height: 940 } })
    await page.goto(project.preview.url)
    const bob = new PreviewPage(page, 'Bob')
    await new PreviewPage(page, 'Alice').waitFor('sea.png')
    await bob.openTab('Isolation')
    await bob.waitFor('private/oBob')
    await bob.screen.locator('input').fill(`private/${ALICE}/`)
    await bob.tap('Start')
    await bob.waitFor('AccessDenied')
    await scrollDown(bob.screen)
    await save('preview', await page.screenshot({ animations: 'disabled' }))
    expect(await page.locator('#requests li.refused').count()).toBeGreaterThan(3)
  })

  async function save(name: string, picture: Buffer): Promise<void> {
    // An empty page would be a few kilobytes.
    expect(picture.length).toBeGreaterThan(20_000)
    expect(picture.length).toBeLessThan(400_000)
    writeFileSync(join(FOLDER, `${name}.png`), picture)
  }
})

/** Runs in the page: what is wrong with how it looks. */
const LOOK = `(async () => {
  const page = document.querySelector('wx-page:not([hidden])')
  const pictures = [...page.querySelectorAll('wx-image')].map((image) => image.shadowRoot.querySelector('img'))
  await Promise.all(pictures.map((picture) => picture.decode()))
  return {
    background: getComputedStyle(page).backgroundColor,
    isTooWide: page.scrollWidth > page.clientWidth,
    missing: page.querySelectorAll('[data-missing]:not([wx-host])').length,
  }
})()`

const scrollDown = (page: Locator) =>
  page.evaluate((element: unknown) => {
    ;(element as { scrollTo(x: number, y: number): void }).scrollTo(0, 440)
  })

async function fillFolder({ cloud }: TestProject): Promise<void> {
  const { cos } = createTestPhone(cloud, ALICE)
  const { prefix } = await cos.caller()
  const upload = (Key: string, FilePath: string) => cos.uploadFile({ Key: prefix + Key, FilePath })
  await upload('trips/sea.png', at('packages/cli/samples/sea.png'))
  await upload('sunrise.png', at('packages/cli/samples/dawn.png'))
  await upload('sea.png', at('packages/cli/samples/sea.png'))
  await cos.putObject({ Key: `${prefix}packing list.txt`, Body: 'tent, rope, tea\n'.repeat(40) })
  await cos.putObject({ Key: `${prefix}tickets.pdf`, Body: '%PDF-1.4\n'.repeat(9000) })
}

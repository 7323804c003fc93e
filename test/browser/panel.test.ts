import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { describeInBrowser, openPage } from '../support/browser'
import { PreviewPage, useTestProject } from '../support/demoPreview'
import { at } from '../support/root'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

describeInBrowser('the panel beside the phones', () => {
  const project = useTestProject()
  let page: Page
  let alice: PreviewPage
  const thrown: string[] = []
  beforeAll(async () => {
    page = await openPage(project.browser, { viewport: { width: 1500, height: 940 } })
    page.on('pageerror', ({ message }) => thrown.push(message))
    await page.goto(project.preview.url)
    alice = new PreviewPage(page, 'Alice')
    await alice.waitFor('Nothing here yet')
  })
  afterEach(() => expect(thrown.splice(0)).toEqual([]))

  const rows = (): Locator => page.locator('#requests > li:visible')
  const details = (): Locator => page.locator('.details')
  const inPhone = (name: string, code: string) =>
    page
      .frames()
      .find((frame) => frame.url().startsWith(urlOf(name)))
      ?.evaluate(code)
  const urlOf = (name: string) =>
    project.preview.phones.find((phone) => phone.name === name)?.url ?? ''

  test('folds an upload into one row, which opens to its requests', async () => {
    const film = join(project.cloud.folder, 'film.mp4')
    writeFileSync(film, randomBytes(3 * 1024 * 1024))
    await alice.chooseFiles([film])
    await alice.waitForUpload('film.mp4', 'Done')
    const upload = rows().filter({ hasText: 'upload' })
    await upload.filter({ hasText: '3 parts' }).filter({ hasText: '200' }).waitFor()
    expect(await upload.count()).toBe(1)
    await upload.focus()
    await page.keyboard.press('ArrowRight')
    await rows().filter({ hasText: 'multipartUpload 3' }).waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    const text = await details().textContent()
    expect(text).toMatch(/Operation\s*multipartInit/)
    expect(text).toContain('cos.config.ts:9')
    expect(text).toMatch(/String to signsha1\n\d+;\d+\n[0-9a-f]{40}/)
    expect(text).toMatch(/x-cos-security-token… \(\d+ characters\)/)
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowLeft')
    expect(await rows().filter({ hasText: 'multipartUpload' }).count()).toBe(0)
    await page.getByLabel('Close').click()
  })

  test('filters by phone, outcome, operation and key', async () => {
    await page.getByLabel('Phone', { exact: true }).selectOption('Bob')
    await page.waitForFunction(
      "![...document.querySelectorAll('#requests li')].some((row) => !row.hidden && row.textContent.includes('Alice'))",
    )
    expect(await rows().count()).toBeGreaterThan(0)
    await page.getByLabel('Phone', { exact: true }).selectOption('')
    await page.getByLabel('Operation').selectOption('upload')
    expect(await rows().count()).toBe(1)
    await page.getByLabel('Operation').selectOption('')
    await page.getByLabel('Filter by key or URL').fill('film.mp4')
    expect(await rows().filter({ hasNotText: 'film.mp4' }).count()).toBe(0)
    await page.getByLabel('Outcome').selectOption('refused')
    expect(await rows().count()).toBe(0)
    await page.getByLabel('Outcome').selectOption('')
    await page.getByLabel('Filter by key or URL').fill('')
  })

  test('shows requests that fail before they are sent, and injects faults', async () => {
    const request = (url: string) =>
      inPhone('Bob', `new Promise((complete) => wx.request({ url: '${url}', complete }))`)
    await request('https://elsewhere.example.com/a')
    const unsent = page.locator('#requests li.failed').filter({ hasText: 'elsewhere.example.com' })
    await unsent.filter({ hasText: 'url not in domain list' }).waitFor()
    await page.getByLabel('Fault to inject').selectOption('internal')
    await until(() => project.cloud.faults.rules.length > 0, 'the fault is set')
    expect(project.cloud.faults.rules).toEqual([
      { action: { kind: 'error', code: 'InternalError' }, share: 0.5 },
    ])
    await page.getByLabel('Fault to inject').selectOption('')
  })

  test('shows the console output and the storage of an app', async () => {
    await inPhone('Alice', "console.warn('%s is %d', 'the answer', 42, { a: [1] })")
    await inPhone('Alice', "wx.setStorageSync('favourite', { colour: 'blue' })")
    await page.getByRole('tab', { name: 'Console' }).click()
    await page.locator('.entry.warn').filter({ hasText: 'the answer is 42 {"a":[1]}' }).waitFor()
    await page.keyboard.press('ArrowRight')
    const stored = page.locator('.storage tr').filter({ hasText: 'favourite' })
    await stored.filter({ hasText: '{"colour":"blue"}' }).waitFor()
    await page.getByLabel('Remove favourite').click()
    await stored.waitFor({ state: 'detached' })
    expect(await inPhone('Alice', "wx.getStorageSync('favourite')")).toBe('')
    await page.getByRole('tab', { name: 'Network' }).click()
  })

  test('progress follows the speed of a slow network', async () => {
    const film = join(project.cloud.folder, 'slow.mp4')
    writeFileSync(film, randomBytes(800 * 1024))
    await alice.choose('Network', 'weak3g')
    await alice.chooseFiles([film])
    await alice.waitForUpload('slow.mp4', /[1-9]\d*%/)
    // It takes 16 seconds; the browser has handed over everything at once.
    expect(await alice.percentOf('slow.mp4')).toBeLessThan(70)
    await alice.choose('Network', 'wifi')
    await alice.press('slow.mp4', 'Cancel')
    await alice.openTab('Files')
  })

  test('a phone applies the chosen network and device', async () => {
    await alice.choose('Network', 'weak3g')
    const network = () =>
      inPhone('Alice', 'wx.getNetworkType().then((result) => result.networkType)')
    expect(await network()).toBe('3g')
    await alice.choose('Network', 'wifi')
    await alice.controls.getByLabel('Device').selectOption('Pixel 8')
    await alice.waitFor('Only you can open these')
    expect(await inPhone('Alice', 'wx.getDeviceInfo().platform')).toBe('android')
    expect(await inPhone('Alice', 'wx.getWindowInfo().windowWidth')).toBe(412)
  })

  test('opens a copied link on this computer', async () => {
    await alice.screen.getByText('film.mp4').first().click()
    await alice.tap('Copy link')
    await alice.answer('Valid for 15 minutes')
    const link = alice.controls.getByText('Open the copied link on this computer')
    const href = (await link.getAttribute('href')) ?? ''
    expect(decodeURIComponent(href)).toContain(`private/${ALICE}/film.mp4`)
    const response = await page.request.get(new URL(href, project.preview.url).href)
    expect(response.status()).toBe(200)
    expect((await response.body()).length).toBe(3 * 1024 * 1024)
    expect(response.headers()['content-security-policy']).toBe('sandbox')
  })
  test('links to the bucket, which shows, uploads and deletes objects', async () => {
    const [bucket] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: 'Bucket' }).click(),
    ])
    bucket.on('dialog', (dialog) => void dialog.accept())
    await bucket.getByLabel('Folder').fill('posters')
    await bucket.getByLabel('Files').setInputFiles(at('packages/cli/samples/dawn.png'))
    await bucket.getByRole('button', { name: 'Upload', exact: true }).click()
    const row = bucket.locator('tr').filter({ hasText: 'posters/dawn.png' })
    await row.locator('img').waitFor()
    await bucket.waitForFunction(
      "[...document.querySelectorAll('td img')].some((image) => image.src.includes('dawn') && image.naturalWidth > 0)",
    )
    expect(await row.textContent()).toContain(
      readFileSync(at('packages/cli/samples/dawn.png')).length.toLocaleString('en'),
    )
    await row.getByRole('button', { name: 'Delete posters/dawn.png' }).click()
    await row.waitFor({ state: 'detached' })
    await bucket.close()
  })
})

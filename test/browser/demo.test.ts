import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CosError } from 'miniprogram-cos'
import type { FileChooser, Page } from 'playwright-core'
import { describeInBrowser, openPage } from '../support/browser'
import { send } from '../support/cosRequests'
import { PartGate, PreviewPage, useTestProject } from '../support/demoPreview'
import { createTestPhone, type TestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, HOST } from '../support/testCloud'
import { until } from '../support/until'

const PICTURE = at('packages/cli/samples/sea.png')
const LARGE_BYTES = 4 * 1024 * 1024
const STARTED = /[1-9]\d*%/
const REFUSED = new CosError({ kind: 'service', code: 'AccessDenied', message: '' })
const ALICES_FOLDER = `private/${ALICE}/`

describeInBrowser('the demo on two phones in a browser', () => {
  const project = useTestProject()
  let page: Page
  let gate: PartGate
  let alice: PreviewPage
  let bob: PreviewPage
  let large: string
  /** Alice's files seen from elsewhere. */
  let other: TestPhone
  const thrown: string[] = []

  beforeAll(async () => {
    large = join(project.cloud.folder, 'holiday.mp4')
    writeFileSync(large, randomBytes(LARGE_BYTES))
    other = createTestPhone(project.cloud, ALICE)
    page = await openPage(project.browser, {
      viewport: { width: 1500, height: 940 },
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    page.on('pageerror', ({ message }) => thrown.push(message))
    gate = await PartGate.on(page)
    await page.goto(project.preview.url)
    alice = new PreviewPage(page, 'Alice')
    bob = new PreviewPage(page, 'Bob')
  })
  beforeEach(async () => {
    await gate.open()
    project.log.length = 0
  })
  afterEach(() => expect(thrown.splice(0)).toEqual([]))

  const asked = (operation: string) => project.log.filter((entry) => entry.operation === operation)

  const checksum = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
  const stored = async (name: string) => {
    const Key = ALICES_FOLDER + name
    const { Body } = await other.cos.getObject({ Key, DataType: 'arraybuffer' })
    return checksum(new Uint8Array(Body as ArrayBuffer))
  }
  const arrivedParts = () =>
    asked('multipartUpload')
      .filter(({ status }) => status === 200)
      .map(({ url }) => Number(/partNumber=(\d+)/i.exec(url)?.[1]))

  test('is marked as a preview, and shows each user their own empty folder', async () => {
    expect(await page.locator('.banner').textContent()).toContain('not WeChat')
    await alice.waitFor('Nothing here yet')
    await bob.waitFor('Nothing here yet')
  })

  test('uploads a chosen file in parts, with progress that grows', async () => {
    gate.close()
    await alice.chooseFiles([large])
    await gate.letThrough(1)
    await alice.waitForUpload('holiday.mp4', STARTED)
    const first = await alice.percentOf('holiday.mp4')
    // The app asks for progress five times a second.
    await new Promise((resolve) => setTimeout(resolve, 250))
    await gate.letThrough(1)
    await alice.waitForUpload('holiday.mp4', /50%/)
    expect(first).toBeLessThan(50)
    await gate.open()
    await alice.waitForUpload('holiday.mp4', 'Done')
    expect(await stored('holiday.mp4')).toBe(checksum(readFileSync(large)))
  })

  test('pauses, and resumes without sending a part twice', async () => {
    gate.close()
    const second = join(project.cloud.folder, 'second.mp4')
    writeFileSync(second, randomBytes(LARGE_BYTES))
    await alice.chooseFiles([second])
    await gate.letThrough(1)
    await alice.waitForUpload('second.mp4', STARTED)
    await alice.press('second.mp4', 'Pause')
    await alice.waitForUpload('second.mp4', 'Paused')
    const arrived = arrivedParts()
    expect(arrived.length).toBe(1)
    await gate.open()
    project.log.length = 0
    await alice.press('second.mp4', 'Resume')
    await alice.waitForUpload('second.mp4', 'Done')
    expect(asked('multipartInit')).toEqual([])
    expect(arrivedParts().filter((part) => arrived.includes(part))).toEqual([])
    expect(await stored('second.mp4')).toBe(checksum(readFileSync(second)))
  })

  test('resumes an upload after a restart of the app', async () => {
    gate.close()
    const third = join(project.cloud.folder, 'third.mp4')
    writeFileSync(third, randomBytes(LARGE_BYTES))
    await alice.chooseFiles([third])
    await gate.letThrough(1)
    await alice.waitForUpload('third.mp4', STARTED)
    await alice.restart()
    await alice.waitFor('Only you can open these')
    await gate.open()
    await alice.openTab('Upload')
    await alice.waitFor('1 upload was interrupted')
    await alice.waitForUpload('third.mp4', 'Interrupted')
    await alice.tap('Resume all')
    await alice.waitForUpload('third.mp4', 'Done')
    expect(asked('multipartInit').length).toBe(1)
    expect(asked('multipartListPart').length).toBe(1)
    expect(await stored('third.mp4')).toBe(checksum(readFileSync(third)))
  })

  test('waits while offline, and finishes when the network is back', async () => {
    gate.close()
    const fourth = join(project.cloud.folder, 'fourth.mp4')
    writeFileSync(fourth, randomBytes(LARGE_BYTES))
    await alice.chooseFiles([fourth])
    await gate.letThrough(1)
    await alice.waitForUpload('fourth.mp4', STARTED)
    await alice.choose('Network', 'none')
    expect(arrivedParts().length).toBe(1)
    await alice.openTab('Files')
    await alice.openTab('Upload')
    expect(await alice.upload('fourth.mp4').textContent()).not.toContain('Failed')
    await gate.open()
    await alice.choose('Network', 'wifi')
    await alice.waitForUpload('fourth.mp4', 'Done')
    expect(await stored('fourth.mp4')).toBe(checksum(readFileSync(fourth)))
  })

  test('cancels an upload, also one from before a restart, and leaves no parts behind', async () => {
    const given = join(project.cloud.folder, 'given up.mp4')
    writeFileSync(given, randomBytes(LARGE_BYTES))
    const unfinished = async () => {
      const { Upload } = await other.cos.multipartList({ Prefix: ALICES_FOLDER })
      return Upload.length
    }
    for (const isRestarted of [false, true]) {
      gate.close()
      await alice.chooseFiles([given])
      await gate.letThrough(1)
      await alice.waitForUpload('given up.mp4', STARTED)
      expect(await unfinished()).toBe(1)
      if (isRestarted) {
        await alice.restart()
        await alice.waitFor('Only you can open these')
        await alice.openTab('Upload')
        await alice.waitForUpload('given up.mp4', 'Interrupted')
      }
      project.log.length = 0
      await alice.press('given up.mp4', 'Cancel')
      await until(() => asked('multipartAbort').length === 1, 'the parts are freed')
      expect(await unfinished()).toBe(0)
    }
  })

  test('previews a picture, and copies a link that opens it', async () => {
    await alice.chooseFiles([PICTURE], 'Photos, videos')
    await alice.waitForUpload('IMG_', 'Done')
    await alice.openTab('Files')
    await alice.screen.getByText('IMG_').first().click()
    await alice.waitFor('image/png')
    await alice.screen.locator('wx-image').click()
    const shown = alice.above.locator('img')
    const width = await shown.evaluate(async (element: unknown) => {
      const picture = element as { decode(): Promise<void>; naturalWidth: number }
      await picture.decode()
      return picture.naturalWidth
    })
    expect(width).toBe(480)
    await alice.above.click()
    await alice.tap('Copy link')
    await alice.answer('Valid for 15 minutes')
    await alice.above.getByText('Link is valid until').waitFor()
    const link = new URL(
      await page.evaluate('navigator.clipboard.readText()').then((text) => String(text)),
    )
    expect(link.host).toBe(HOST)
    const { status, bytes } = await send(project.cloud.cos, { path: link.pathname + link.search })
    expect([status, checksum(bytes)]).toEqual([200, checksum(readFileSync(PICTURE))])
  })

  test('saves a file unchanged', async () => {
    const [download] = await Promise.all([page.waitForEvent('download'), alice.tap('Save')])
    expect(checksum(readFileSync(await download.path()))).toBe(checksum(readFileSync(PICTURE)))
  })

  test('renames a file', async () => {
    await alice.tap('Rename')
    await alice.above.locator('input').fill('the sea.png')
    await alice.answer('OK')
    await alice.title.filter({ hasText: 'the sea.png' }).waitFor()
    await alice.back()
    await alice.waitFor('the sea.png')
    expect(await alice.screen.getByText('IMG_').count()).toBe(0)
    expect(await stored('the sea.png')).toBe(checksum(readFileSync(PICTURE)))
  })

  test('COS refuses Bob access to Alice’s files, and the panel names the rule with its line', async () => {
    await bob.openTab('Isolation')
    await bob.waitFor('private/oBob')
    await bob.screen.locator('input').fill(ALICES_FOLDER)
    await bob.tap('Start')
    await bob.waitFor('AccessDenied')
    const cells = await bob.screen.locator('.cell').allTextContents()
    const [, , ...outcomes] = cells
    expect(outcomes).toEqual(Array(4).fill(['Allowed', 'Refused']).flat())
    await bob.waitFor(REFUSED.advice.en)
    const rows = page.locator('#requests li.refused').filter({ hasText: 'Bob' })
    const refused = rows.filter({ hasText: 'deleteObject' }).first()
    expect(await refused.textContent()).toMatch(
      /deleteObject403 AccessDenied.*no statement allows name\/cos:DeleteObject on media/,
    )
    await refused.click()
    const details = await page.locator('.details').textContent()
    expect(details).toMatch(/cos\.config\.ts:9'private\/\{openid\}\/\*\*'/)
    // Alice's phone may still be reading one of her files.
    const bobsKey = project.log.find(({ code }) => code === 'AccessDenied')?.who
    expect(bobsKey).toBeTruthy()
    const strangers = project.log.filter(
      ({ who, paths, status }) =>
        status === 200 && paths[0]?.startsWith(ALICES_FOLDER) && who === bobsKey,
    )
    expect(strangers).toEqual([])
  })

  test('can be used with a keyboard', async () => {
    await alice.openTab('Upload')
    await alice.screen.getByRole('button', { name: 'Chat files' }).focus()
    let chooser: FileChooser | undefined
    page.once('filechooser', (opened) => {
      chooser = opened
    })
    // The browser sends a key to the frame that was focused last, which it may learn after the page does.
    await until(async () => {
      await page.keyboard.press('Enter')
      await new Promise((resolve) => setTimeout(resolve, 200))
      return chooser !== undefined
    }, 'Enter opens the dialog')
    expect(chooser?.isMultiple()).toBe(true)
  })

  test('the domain check passes for all three lists', async () => {
    await bob.tap('Check')
    await bob.screen.locator('.domain-text').nth(2).waitFor()
    expect(await bob.screen.locator('.domain-text').allTextContents()).toEqual(
      Array(3).fill('Allowed'),
    )
  })

  test('keeps files in sub-folders, and deletes many at a time', async () => {
    await alice.openTab('Files')
    await alice.screen.getByLabel('New folder').click()
    await alice.above.locator('input').fill('trip')
    await alice.answer('OK')
    await alice.waitFor('Nothing here yet')
    await alice.chooseFiles([PICTURE])
    await alice.waitForUpload('sea.png', 'Done')
    await alice.openTab('Files')
    await alice.waitFor('sea.png')
    expect(await stored('trip/sea.png')).toBe(checksum(readFileSync(PICTURE)))
    await alice.tap('My files')
    await alice.waitFor('trip')
    await alice.tap('Select')
    await alice.tap('All')
    await alice.waitFor('6 selected')
    await alice.screen.getByText('Delete', { exact: true }).click()
    await alice.answer('Delete')
    await alice.waitFor('Nothing here yet')
    expect((await other.cos.getBucket({ Prefix: ALICES_FOLDER })).Contents).toEqual([])
  })
})

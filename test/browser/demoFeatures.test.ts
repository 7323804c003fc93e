import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeInBrowser, openPage } from '../support/browser'
import { useDatabaseFunction } from '../support/databaseFunction'
import { functionWithRules } from '../support/functionCalls'
import { createTestPhone, type TestPhone } from '../support/phones'
import { type AppOnCloud, AppPage, startAppOnCloud } from '../support/previewApp'
import { at } from '../support/root'
import { ALICE, BUCKET, HOST, REGION, ROOT_KEY } from '../support/testCloud'
import { describeWithFfmpeg, sampleVideo } from '../support/tools'

const PICTURE = at('packages/cli/samples/sea.png')
const PRIVATE = `private/${ALICE}/`
const OWNER = ['read', 'write', 'delete', 'list']
const ACCESS = {
  'private/{openid}/**': { owner: OWNER, quota: '5 MB', trash: '7 days', videoCovers: true },
  'incoming/{openid}/**': { owner: OWNER },
  'shared/{openid}/**': { owner: ['read', 'delete', 'list'], everyone: ['read'] },
}

describeInBrowser('the demo with a quota, a trash, reviewed files and video covers', () => {
  let app: AppOnCloud
  let folder: string
  let page: AppPage
  /** Alice's files seen from elsewhere. */
  let other: TestPhone
  const database = useDatabaseFunction()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'demo-features-'))
    const root = join(folder, 'app')
    cpSync(at('miniprogram'), root, { recursive: true })
    const settings = readFileSync(join(root, 'config.ts'), 'utf8')
      .replace("{ functionName: 'cos-credentials' }", "{ mode: 'signature', SliceSize: 1024 ** 3 }")
      .replaceAll(': false', ': true')
    writeFileSync(join(root, 'config.ts'), settings)
    app = await startAppOnCloud(root, {
      functions: [await functionWithRules('cos-signature', ACCESS, folder), database.deployed],
    })
    other = createTestPhone(app.cloud, ALICE, {}, { mode: 'signature' })
    page = new AppPage(await openPage(app.browser, { viewport: { width: 375, height: 740 } }))
    await other.cos.uploadFile({ Key: `${PRIVATE}sea.png`, FilePath: PICTURE })
  })
  afterAll(async () => {
    await app?.end()
    rmSync(folder, { recursive: true, force: true })
  })
  afterEach(() => expect(page.thrown.splice(0)).toEqual([]))

  const see = (text: string | RegExp) => page.screen.getByText(text).first().waitFor()
  const tap = (text: string) => page.screen.getByText(text, { exact: true }).first().click()
  const answer = (text: string) =>
    page.browser.locator('.layer').getByText(text, { exact: true }).last().click()

  test('shows how much of the quota is used', async () => {
    await page.browser.goto(app.urlOf())
    await see('sea.png')
    await see(/^[\d.]+ KB of 5\.0 MB used$/)
  })

  test('moves deleted files into the trash, and restores them', async () => {
    await tap('Select')
    await tap('sea.png')
    await tap('Delete')
    await answer('Delete')
    await see('Nothing here yet')
    await tap('Recently deleted')
    await see('7 days left')
    await tap('Restore')
    await see('Nothing was deleted')
    const { Contents } = await other.cos.getBucket({ Prefix: PRIVATE })
    expect(Contents.map(({ Key }) => Key)).toEqual([`${PRIVATE}sea.png`])
    await page.browser.getByLabel('back').click()
    await see('sea.png')
  })

  test('shows which files are in review, and which are public', async () => {
    await tap('Shared files')
    const [chooser] = await Promise.all([
      page.browser.waitForEvent('filechooser'),
      tap('Photos, videos'),
    ])
    await chooser.setFiles([PICTURE])
    await see('In review')
    const incoming = `incoming/${ALICE}/`
    const { Contents } = await other.cos.getBucket({ Prefix: incoming })
    const { Key = '' } = Contents[0] ?? {}
    // As the function does that gets the result of the review.
    const root = new other.Client({ ...ROOT_KEY, Bucket: BUCKET, Region: REGION })
    await root.putObjectCopy({
      Key: Key.replace('incoming/', 'shared/'),
      CopySource: `${HOST}/${Key}`,
    })
    await root.deleteObject({ Key })
    await page.browser.getByLabel('back').click()
    await tap('Shared files')
    await see('Public')
    expect(await page.screen.getByText('In review').count()).toBe(0)
  })

  describeWithFfmpeg('with ffmpeg', () => {
    test('shows covers of videos, and an icon for a video without one', async () => {
      const film = join(folder, 'film.mp4')
      writeFileSync(film, sampleVideo())
      await other.cos.uploadFile({ Key: `${PRIVATE}film.mp4`, FilePath: film })
      await other.cos.uploadFile({ Key: `${PRIVATE}broken.mp4`, FilePath: PICTURE })
      await page.browser.goto(app.urlOf())
      const row = (name: string) => page.screen.locator('file-row').filter({ hasText: name })
      const cover = row('film.mp4').locator('img')
      await cover.waitFor()
      await cover.evaluate((image: HTMLImageElement) => image.decode())
      expect(await cover.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(240)
      // The preview puts a prefix before the classes of a component.
      await row('film.mp4').locator('[class$="--cover"]').waitFor()
      await row('broken.mp4').locator('[class$="--video"]').waitFor()
    })
  })
})

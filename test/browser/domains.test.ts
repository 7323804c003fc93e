import type { Locator, Page } from 'playwright-core'
import { type DomainLists, LISTS } from '../../packages/cli/src/wechat/domainLists'
import { describeInBrowser, openPage } from '../support/browser'
import { runCli } from '../support/commandLine'
import { useTestProject } from '../support/demoPreview'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, HOST } from '../support/testCloud'

/** What `npm run domains` prints, for the configuration of this repository. */
const printed = JSON.parse(runCli(['domains', '--json']).stdout) as DomainLists
const without = (list: string, domain: string) => ({
  ...printed,
  [list]: printed[list as keyof DomainLists].filter((listed) => listed !== domain),
})

/** Each host of each list, by itself. */
const CASES = LISTS.flatMap((list) => printed[list].map((domain) => [list, domain] as const))

describeInBrowser('the demo with the printed domain lists enforced', () => {
  const phones = [printed, ...CASES.map(([list, domain]) => without(list, domain))]
  const project = useTestProject(
    phones.map((domains, i) => ({ name: `Phone${i}`, openid: ALICE, language: 'en', domains })),
  )
  beforeAll(async () => {
    const { cos } = createTestPhone(project.cloud, ALICE)
    const { prefix } = await cos.caller()
    await cos.uploadFile({ Key: `${prefix}sea.png`, FilePath: at('packages/cli/samples/sea.png') })
  })

  /** One phone by itself, and the page in front. */
  async function openPhone(index: number): Promise<[page: Page, front: Locator]> {
    const page = await openPage(project.browser)
    await page.goto(project.preview.phones[index]?.url ?? '')
    return [page, page.locator('wx-page:not([hidden])')]
  }

  const openTab = (page: Page, name: string) =>
    page.locator('#tabs').getByText(name, { exact: true }).click()

  async function readLists(page: Page, front: Locator): Promise<string[]> {
    await openTab(page, 'Isolation')
    await front.getByText('Check', { exact: true }).click()
    await front.locator('.domain-text').nth(2).waitFor()
    const lines = await front.locator('.domain').allTextContents()
    await page.close()
    return lines.sort()
  }

  /** What a user does that needs the list, and what the app says when the host is not on it. */
  const STEPS: Record<string, (page: Page, front: Locator) => Promise<void>> = {
    async request(_, front) {
      await front.getByText('KitDomainNotAllowed').waitFor()
    },
    async uploadFile(page, front) {
      await openTab(page, 'Upload')
      const chooser = page.waitForEvent('filechooser')
      await front.getByText('Chat files', { exact: true }).click()
      await (await chooser).setFiles([at('packages/cli/samples/dawn.png')])
      await front.locator('upload-row').getByText('Add the host to the server domains').waitFor()
    },
    async downloadFile(page, front) {
      await front.getByText('sea.png').click()
      await front.getByText('Save', { exact: true }).click()
      const text = `downloadFile:fail url not in domain list:${HOST}`
      await page.locator('.layer').getByText(text).waitFor()
      await page.locator('.layer').getByText('OK', { exact: true }).click()
      await page.getByLabel('back').click()
    },
  }

  test('everything works with the complete lists', async () => {
    const [page, front] = await openPhone(0)
    await front.getByText('sea.png').waitFor()
    expect(await readLists(page, front)).toEqual(LISTS.map((list) => `${list}Allowed`).sort())
  })

  test.each(CASES)(
    'without a domain on the list %s a step fails, and the app names the missing %s',
    async (list, domain) => {
      const index = CASES.findIndex((each) => each[0] === list && each[1] === domain)
      const [page, front] = await openPhone(index + 1)
      await STEPS[list]?.(page, front)
      expect(await readLists(page, front)).toEqual(
        LISTS.map((name) =>
          name === list ? `${name}${domain} is missing` : `${name}Allowed`,
        ).sort(),
      )
    },
  )
})

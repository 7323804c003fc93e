import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describeInBrowser, openPage } from '../support/browser'
import { send } from '../support/cosRequests'
import { PreviewPage, useTestProject } from '../support/demoPreview'

describeInBrowser('the preview during development', () => {
  const project = useTestProject()
  let page: Page
  let alice: PreviewPage
  beforeAll(async () => {
    page = await openPage(project.browser, { viewport: { width: 1500, height: 940 } })
    await page.goto(project.preview.url)
    alice = new PreviewPage(page, 'Alice')
    await alice.waitFor('Nothing here yet')
  })

  test('reloads after a change, and shows an error with file and line until it is fixed', async () => {
    const file = join(project.app, 'pages/files/files.wxml')
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, good.replace('{{t.uploadHere}}', '{{t.uploadHere}}, as I said'))
    await alice.waitFor('Upload here, as I said')
    writeFileSync(file, good.trimEnd().replace(/<\/view>$/, ''))
    const alert = page.frameLocator('iframe[title=Alice]').getByRole('alert')
    await alert.getByText(/pages\/files\/files\.wxml:1:\d+/).waitFor()
    expect(await alert.textContent()).toMatch(/missing end tag.*> 1 \| <view class="page">/s)
    writeFileSync(file, good)
    await alice.waitFor('Nothing here yet')
  })

  test('shows uncaught errors of an app', async () => {
    const file = join(project.app, 'pages/isolation/isolation.ts')
    const good = readFileSync(file, 'utf8')
    writeFileSync(file, good.replace('Page({', "throw new Error('no such luck')\nPage({"))
    const alert = page.frameLocator('iframe[title=Alice]').getByRole('alert')
    await alert.getByText('no such luck').waitFor()
    writeFileSync(file, good)
    await alice.waitFor('Nothing here yet')
  })

  test('rejects requests from other pages in the same browser', async () => {
    const [phone] = project.preview.phones
    const stranger = await openPage(project.browser)
    // Another port of this machine is another origin, though the same site.
    await stranger.goto(`${project.cloud.admin}/`)
    const body = JSON.stringify({ name: 'cos-credentials', data: {} })
    const [answer] = await Promise.all([
      stranger.waitForResponse('**/wx/cloud'),
      stranger.evaluate(
        `void fetch('${phone?.url}wx/cloud', { method: 'POST', mode: 'no-cors', body: '${body}' })`,
      ),
    ])
    expect(answer.status()).toBe(403)
    await stranger.close()
    // A name that leads here must not open it either.
    const { status } = await send(phone?.url ?? '', { headers: { Host: 'evil.example' } })
    expect(status).toBe(403)
  })
})

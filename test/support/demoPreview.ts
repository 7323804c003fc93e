import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { type Preview, type PreviewPhone, startPreview } from '@miniprogram-cos/simulator/preview'
import type { Browser, FrameLocator, Locator, Page, Route } from 'playwright-core'
import { config } from '../../cos.config'
import { activityOf, describeRequest, previewFaults } from '../../packages/cli/src/dev/preview'
import { domainLists } from '../../packages/cli/src/wechat/domainLists'
import { launchBrowser } from './browser'
import { at } from './root'
import { ALICE, BOB, HOST, startTestCloud, type TestCloud } from './testCloud'

const ALICES_PHONE = { name: 'Alice', openid: ALICE, language: 'en' }
const BOBS_PHONE = { name: 'Bob', openid: BOB, language: 'en' }

/** What `npm start` runs: a local cloud, and a preview of the demo on two phones. */
export interface TestProject {
  cloud: TestCloud
  preview: Preview
  /** Requests to COS, in order. */
  log: LogEntry[]
  /** A copy of the demo, which a test may change. */
  app: string
  end: () => Promise<void>
}

export async function startTestProject(
  phones: (PreviewPhone & { language: string })[] = [ALICES_PHONE, BOBS_PHONE],
): Promise<TestProject> {
  const log: LogEntry[] = []
  let preview: Preview | undefined
  const cloud = await startTestCloud({
    onCosRequest(entry) {
      log.push(entry)
      preview?.tell(activityOf(entry, phones))
    },
  })
  const app = join(cloud.folder, 'app')
  cpSync(at('miniprogram'), app, { recursive: true })
  preview = await startPreview({
    root: app,
    phones,
    functions: cloud.functions,
    route: (host) => (host === HOST ? cloud.cos : undefined),
    domains: domainLists(config),
    describe: describeRequest,
    faults: previewFaults(cloud.faults),
    links: [{ title: { en: 'Bucket', zh: '存储桶' }, url: cloud.admin }],
  })
  const shown = preview
  return {
    cloud,
    preview: shown,
    log,
    app,
    async end() {
      await shown.close()
      await cloud.end()
    },
  }
}

/** The same with a browser, for the tests of the calling file. Its properties are set once the tests run. */
export function useTestProject(
  phones?: (PreviewPhone & { language: string })[],
): TestProject & { browser: Browser } {
  const project = {} as TestProject & { browser: Browser }
  beforeAll(async () => {
    const [started, browser] = await Promise.all([startTestProject(phones), launchBrowser()])
    Object.assign(project, started, { browser })
  })
  afterAll(async () => {
    await project.browser?.close()
    await project.end?.()
  })
  return project
}

/** Operates one phone of the preview, as its user would. */
export class PreviewPage {
  readonly #page: Page
  readonly #frame: FrameLocator
  /** The phone with its controls. */
  readonly controls: Locator

  constructor(page: Page, name: string) {
    this.#page = page
    this.#frame = page.frameLocator(`iframe[title=${name}]`)
    this.controls = page.locator('article').filter({ hasText: name })
  }

  /** The visible page. */
  get screen(): Locator {
    return this.#frame.locator('wx-page:not([hidden])')
  }

  /** Dialogs, sheets and toasts above the page. */
  get above(): Locator {
    return this.#frame.locator('.layer')
  }

  get title(): Locator {
    return this.#frame.locator('.nav-title')
  }

  async openTab(name: string): Promise<void> {
    await this.#frame.locator('#tabs').getByText(name, { exact: true }).click()
  }

  async back(): Promise<void> {
    await this.#frame.getByLabel('back').click()
  }

  async tap(text: string): Promise<void> {
    await this.screen.getByText(text, { exact: true }).click()
  }

  /** Answers a dialog or a sheet. */
  async answer(text: string): Promise<void> {
    await this.above.getByText(text, { exact: true }).last().click()
  }

  async waitFor(text: string): Promise<void> {
    await this.screen.getByText(text).first().waitFor()
  }

  async chooseFiles(files: string[], button = 'Chat files'): Promise<void> {
    await this.openTab('Upload')
    const [chooser] = await Promise.all([this.#page.waitForEvent('filechooser'), this.tap(button)])
    await chooser.setFiles(files)
  }

  upload(name: string): Locator {
    return this.screen.locator('upload-row').filter({ hasText: name })
  }

  /** The percentage that the row of an upload shows. */
  async percentOf(name: string): Promise<number> {
    const row = this.upload(name).filter({ hasText: / \d+%/ })
    return Number(/ (\d+)%/.exec((await row.textContent()) ?? '')?.[1])
  }

  /** Waits until the row of an upload shows a text. */
  async waitForUpload(name: string, text: string | RegExp): Promise<void> {
    await this.upload(name).filter({ hasText: text }).waitFor()
  }

  async press(name: string, button: string): Promise<void> {
    await this.upload(name).getByLabel(button).click()
  }

  async choose(what: 'Network' | 'Language' | 'Theme', value: string): Promise<void> {
    await this.controls.getByLabel(what).selectOption(value)
  }

  /** Restarts the app. */
  async restart(): Promise<void> {
    await this.controls.getByText('Restart', { exact: true }).click()
  }
}

/**
 * A proxy between the phones and the cloud that lets only a given number of upload parts through, so that a
 * test can act before an upload ends, however fast the machine is.
 */
export class PartGate {
  #free = Number.POSITIVE_INFINITY
  #held: Route[] = []

  static async on(page: Page): Promise<PartGate> {
    const gate = new PartGate()
    await page.route('**/wx/net', (route) => gate.#meet(route))
    return gate
  }

  close(): void {
    this.#free = 0
    // Parts that were held before have been aborted.
    this.#held = []
  }

  async letThrough(count: number): Promise<void> {
    this.#free += count
    const released = this.#held.splice(0, count)
    this.#free -= released.length
    // Aborted while it was held.
    await Promise.all(released.map((route) => route.continue().catch(() => {})))
  }

  async open(): Promise<void> {
    await this.letThrough(Number.POSITIVE_INFINITY)
  }

  async #meet(route: Route): Promise<void> {
    const url = decodeURIComponent(route.request().headers()['x-wx-url'] ?? '')
    if (/[?&]partNumber=/i.test(url) && this.#free < 1) {
      this.#held.push(route)
      return
    }
    if (/[?&]partNumber=/i.test(url)) this.#free--
    await route.continue().catch(() => {})
  }
}

import { rmSync } from 'node:fs'
import { type Preview, type PreviewPhone, startPreview } from '@miniprogram-cos/simulator/preview'
import type { Browser, Locator, Page } from 'playwright-core'
import { config } from '../../cos.config'
import { domainLists } from '../../packages/cli/src/wechat/domainLists'
import { launchBrowser, openPage } from './browser'
import { writeProject } from './projectFiles'
import { ALICE, HOST, startTestCloud, type TestCloud } from './testCloud'

const NOWHERE = 'http://127.0.0.1:9'

/** A mini program that a test writes, in the preview. */
export class PreviewApp {
  readonly folder: string
  readonly #preview: Preview
  readonly #browser: Browser

  private constructor(folder: string, preview: Preview, browser: Browser) {
    this.folder = folder
    this.#preview = preview
    this.#browser = browser
  }

  /** @param files contents by path, relative to the project */
  static async start(
    files: Record<string, string>,
    phone: Partial<PreviewPhone> = {},
  ): Promise<PreviewApp> {
    const browser = await launchBrowser()
    const folder = writeProject(files)
    const preview = await startPreview({
      root: folder,
      phones: [{ name: 'Phone', openid: 'oPhone', language: 'en', ...phone }],
      functions: NOWHERE,
      route: () => NOWHERE,
      domains: { request: [], uploadFile: [], downloadFile: [] },
    })
    return new PreviewApp(folder, preview, browser)
  }

  /** Opens a page of the app on a new phone. */
  async open(route: string): Promise<AppPage> {
    const page = await openPage(this.#browser, { viewport: { width: 375, height: 740 } })
    const opened = new AppPage(page)
    await page.goto(`${this.#preview.phones[0]?.url}?page=${route}`)
    return opened
  }

  async end(): Promise<void> {
    await this.#browser.close()
    await this.#preview.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** An open page of the app. */
export class AppPage {
  readonly browser: Page
  /** What the app and the preview write to the console. */
  readonly console: string[] = []
  readonly thrown: string[] = []

  constructor(page: Page) {
    this.browser = page
    page.on('console', (message) => this.console.push(message.text()))
    page.on('pageerror', ({ message }) => this.thrown.push(message))
  }

  /** The visible page. */
  get screen(): Locator {
    return this.browser.locator('wx-page:not([hidden])')
  }

  find(selector: string): Locator {
    return this.screen.locator(selector)
  }

  /** The data of the visible page. */
  async data<T = Record<string, unknown>>(): Promise<T> {
    return (await this.browser.evaluate('getCurrentPages().at(-1).data')) as T
  }

  /** Waits until the data of the visible page has a value. */
  async waitForData(name: string, value: unknown): Promise<void> {
    const wanted = JSON.stringify(JSON.stringify(value))
    const read = `getCurrentPages().at(-1).data[${JSON.stringify(name)}]`
    await this.browser.waitForFunction(`JSON.stringify(${read}) === ${wanted}`).catch(async () => {
      const found = JSON.stringify(await this.browser.evaluate(read))
      throw new Error(`data.${name} is ${found}, not ${JSON.stringify(value)}`)
    })
  }

  /** Evaluates an expression that may use `wx` and `page`; its promise is awaited, its failure returned. */
  async evaluate<T = unknown>(expression: string): Promise<T> {
    const code = `(async () => { const page = getCurrentPages().at(-1); return ${expression} })()`
    return (await this.browser.evaluate(
      `${code}.catch((failure) => failure instanceof Error ? { thrown: failure.message } : failure)`,
    )) as T
  }

  close(): Promise<void> {
    return this.browser.context().close()
  }
}

/** A mini program in the preview with a local cloud, whose phone is Alice's. */
export interface AppOnCloud {
  cloud: TestCloud
  browser: Browser
  /** Address of a page of the app, by default its first, on a new phone. */
  urlOf: (route?: string) => string
  end: () => Promise<void>
}

/** @param root folder of app.json */
export async function startAppOnCloud(
  root: string,
  options?: Parameters<typeof startTestCloud>[0],
): Promise<AppOnCloud> {
  const [cloud, browser] = await Promise.all([startTestCloud(options), launchBrowser()])
  const preview = await startPreview({
    root,
    phones: [{ name: 'Alice', openid: ALICE, language: 'en' }],
    functions: cloud.functions,
    route: (host) => (host === HOST ? cloud.cos : undefined),
    domains: domainLists(config),
  })
  return {
    cloud,
    browser,
    urlOf: (route) => `${preview.phones[0]?.url}${route ? `?page=${route}` : ''}`,
    async end() {
      await browser.close()
      await preview.close()
      await cloud.end()
    },
  }
}

import { startPreview } from './startPreview'

/** The used part of the browser that opens the pages; implemented by Playwright's `Browser`. */
export interface CheckBrowser {
  newPage(options?: object): Promise<CheckPage>
}
interface CheckPage {
  on(event: 'pageerror', listener: (error: Error) => void): unknown
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): unknown
  goto(url: string, options?: object): Promise<unknown>
  waitForFunction(expression: string, argument?: undefined, options?: object): Promise<unknown>
  evaluate(expression: string): Promise<unknown>
  screenshot(options: { path: string }): Promise<unknown>
  close(): Promise<void>
}

export interface PageResult {
  route: string
  /** Why the page does not work: errors of its source, and what it throws when it opens. */
  errors: string[]
  /** Elements and calls that the preview does not imitate. */
  gaps: string[]
}

export interface CheckOptions {
  /** The folder with app.json, or the project's folder. */
  root: string
  browser: CheckBrowser
  /** Called after each page. */
  onResult?: (result: PageResult) => void
  /** Folder for a screenshot of each page. @default none are made */
  screenshots?: string
}

/** Time that a page has to load. */
const SETTLE_MS = 250
/** An unused address: pages are checked without network and functions. */
const NOWHERE = 'http://127.0.0.1:9'
const GAP = /is not in the preview$|which the preview does not load|not supported by the preview/

/**
 * Opens every page of a mini program in the preview, one after the other, and collects what goes wrong.
 * @throws Error when app.json cannot be read
 */
export async function checkPages(options: CheckOptions): Promise<PageResult[]> {
  const preview = await startPreview({
    root: options.root,
    phones: [{ name: 'Check', openid: 'oCheck' }],
    functions: NOWHERE,
    route: () => NOWHERE,
    domains: { request: [], uploadFile: [], downloadFile: [] },
  })
  try {
    return await new PageCheck(preview.phones[0]?.url ?? '', options).run()
  } finally {
    await preview.close()
  }
}

class PageCheck {
  readonly #url: string
  readonly #options: CheckOptions
  #page: CheckPage | undefined
  #errors: string[] = []
  #gaps: string[] = []

  constructor(url: string, options: CheckOptions) {
    this.#url = url
    this.#options = options
  }

  async run(): Promise<PageResult[]> {
    const first = await this.#start('')
    const failed = await first.evaluate("document.querySelector('.problems')?.textContent")
    const routes = (await first.evaluate('__preview.config.pages')) as string[]
    if (routes.length === 0) throw new Error(String(failed ?? 'app.json names no pages'))
    const results: PageResult[] = []
    for (const route of routes) {
      const result = await this.#check(route)
      results.push(result)
      this.#options.onResult?.(result)
    }
    await this.#page?.close()
    return results
  }

  /** Starts the app on a new phone. */
  async #start(route: string): Promise<CheckPage> {
    await this.#page?.close()
    const page = await this.#options.browser.newPage({ viewport: { width: 375, height: 740 } })
    const report = (text: string, list: string[]) =>
      void (GAP.test(text) ? this.#gaps : list).push(text.slice(0, 500))
    page.on('pageerror', ({ message }) => report(message, this.#errors))
    page.on('console', (message) => report(message.text(), []))
    this.#page = page
    await page.goto(`${this.#url}?page=${route}`, { timeout: 180_000 })
    const isShown =
      "document.documentElement.dataset.ready !== undefined || document.querySelector('.problems')"
    await page.waitForFunction(isShown, undefined, { timeout: 30_000 })
    return page
  }

  async #check(route: string): Promise<PageResult> {
    this.#errors = []
    this.#gaps = []
    try {
      // A failed page may leave the app in a state in which the next pages fail too.
      const page = this.#page ?? (await this.#start(route))
      await page.evaluate(
        `for (const box of document.querySelectorAll('.problem-bar, .layer')) box.remove()`,
      )
      await page.evaluate(`wx.reLaunch({ url: '/${route}' }).catch(() => {})`)
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
      const shown = (await page.evaluate(SHOWN)) as string[]
      // The bar may name another page that does not compile.
      const own = shown.filter((text) => !/^[\w-]+\/\S*:/.test(text) || text.startsWith(route))
      for (const text of own) if (!GAP.test(text)) this.#errors.push(text.slice(0, 500))
      const { screenshots } = this.#options
      if (screenshots) {
        await page.screenshot({ path: `${screenshots}/${route.replace(/\//g, '_')}.png` })
      }
    } catch (error) {
      this.#errors.push((error as Error).message)
    }
    const [errors, gaps] = [[...new Set(this.#errors)], [...new Set(this.#gaps)]]
    if (errors.length > 0) {
      await this.#page?.close()
      this.#page = undefined
    }
    return { route, errors, gaps }
  }
}

const SHOWN = `[...document.querySelectorAll('wx-page:not([hidden]) .problems, #phone > .problems, .problem-bar')]
  .map((box) => box.textContent)`

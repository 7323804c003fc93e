import { startPreview } from './startPreview'

/** The browser that opens the pages, as far as it is used: Playwright's fits. */
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

/** How long a page may do what it does when it opens. */
const SETTLE_MS = 250
/** Nothing listens there: pages are checked without a network and without functions. */
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
  const results: PageResult[] = []
  try {
    const phone = preview.phones[0]?.url ?? ''
    for (const route of await routesOf(phone, options.browser)) {
      const url = `${phone}?page=${route}`
      const result = await checkPage(route, url, options)
      results.push(result)
      options.onResult?.(result)
    }
  } finally {
    await preview.close()
  }
  return results
}

/** Opens the app once, which compiles it, and asks it for its pages. */
async function routesOf(url: string, browser: CheckBrowser): Promise<string[]> {
  const page = await browser.newPage()
  await page.goto(url, { timeout: 180_000 })
  const failed = await page.evaluate("document.querySelector('.problems')?.textContent")
  const routes = (await page.evaluate('__preview.config.pages')) as string[]
  await page.close()
  if (routes.length === 0) throw new Error(String(failed ?? 'app.json names no pages'))
  return routes
}

async function checkPage(route: string, url: string, options: CheckOptions): Promise<PageResult> {
  const errors: string[] = []
  const gaps: string[] = []
  const page = await options.browser.newPage({ viewport: { width: 375, height: 740 } })
  page.on('pageerror', ({ message }) => (GAP.test(message) ? gaps : errors).push(message))
  page.on('console', (message) => {
    const text = message.text()
    if (GAP.test(text)) gaps.push(text)
  })
  try {
    await page.goto(url, { timeout: 60_000 })
    const isShown =
      "document.documentElement.dataset.ready !== undefined || document.querySelector('.problems')"
    await page.waitForFunction(isShown, undefined, { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
    const shown = (await page.evaluate(
      "[...document.querySelectorAll('.problems, .problem-bar')].map((box) => box.textContent)",
    )) as string[]
    // The bar may name another page that does not compile.
    const own = shown.filter((text) => !/^[\w-]+\//.test(text) || text.startsWith(route))
    errors.push(...own.map((text) => text.slice(0, 500)).filter((text) => !GAP.test(text)))
    if (options.screenshots) {
      await page.screenshot({ path: `${options.screenshots}/${route.replace(/\//g, '_')}.png` })
    }
  } catch (error) {
    errors.push((error as Error).message)
  }
  await page.close()
  return { route, errors: [...new Set(errors)], gaps: [...new Set(gaps)] }
}

import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { describeIfFound } from './tools'

/** Milliseconds to wait for a condition in a page: enough for a loaded CI machine. */
const CONDITION_TIMEOUT_MS = 60_000

const PLACES = [
  process.env.CHROME_PATH,
  // Needs less than half the CPU time of Chromium, which opens a window for each context even when headless.
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
]

const found = PLACES.find((place) => place && existsSync(place))

/** `describe` if Chrome or Chromium is installed. */
export function describeInBrowser(name: string, tests: () => void): void {
  const missing = 'no Chrome or Chromium was found (CHROME_PATH may name one)'
  describeIfFound(found !== undefined, missing, name, tests)
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    timeout: CONDITION_TIMEOUT_MS,
    ...(found ? { executablePath: found } : {}),
    // In a container there is no user to protect, and Chromium refuses to be root with its sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

/** A page in a browser context of its own, with a storage of its own. */
export async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(CONDITION_TIMEOUT_MS)
  return context.newPage()
}

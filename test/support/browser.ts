import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.CHROME_PATH,
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

/**
 * `describe` if Chrome or Chromium is installed. Otherwise the tests report that they did not run; with CI=true they
 * fail.
 */
export function describeInBrowser(name: string, tests: () => void): void {
  if (found) {
    describe(name, tests)
    return
  }
  const what = `no Chrome or Chromium was found (CHROME_PATH may name one), so these did not run: ${name}`
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(what)
    })
    return
  }
  process.stderr.write(`\n${what}\n`)
  describe.skip(`${name} (no browser found)`, tests)
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(found ? { executablePath: found } : {}),
    // In a container there is no user to protect, and Chromium refuses to be root with its sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

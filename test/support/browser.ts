import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'
import { describeIfFound } from './describeIfFound'

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

/** `describe` if Chrome or Chromium is installed. */
export function describeInBrowser(name: string, tests: () => void): void {
  const missing = 'no Chrome or Chromium was found (CHROME_PATH may name one)'
  describeIfFound(found !== undefined, missing, name, tests)
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(found ? { executablePath: found } : {}),
    // In a container there is no user to protect, and Chromium refuses to be root with its sandbox.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type CheckBrowser, checkPages } from './checkPages'

const BROWSERS = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const USAGE = `Opens every page of mini programs in the preview and reports those that fail.

  npx tsx packages/simulator/src/preview/checkCommand.ts [--screenshots FOLDER] PROJECT...

CHROME_PATH names the browser. Exits with 1 if a page fails, with 2 for wrong arguments.`

async function main(given: string[]): Promise<number> {
  const at = given.indexOf('--screenshots')
  const screenshots = at < 0 ? undefined : given.splice(at, 2)[1]
  if (given.length === 0 || given.some((argument) => argument.startsWith('-'))) {
    console.error(USAGE)
    return 2
  }
  const browser = await launchBrowser()
  let [opened, all] = [0, 0]
  const gaps = new Map<string, number>()
  for (const project of given) {
    const results = await checkPages({
      root: resolve(project),
      browser,
      ...(screenshots === undefined ? {} : { screenshots }),
      onResult({ route, errors }) {
        if (errors.length > 0) console.log([`${project} ${route}`, ...errors].join('\n    '))
      },
    })
    all += results.length
    opened += results.filter(({ errors }) => errors.length === 0).length
    for (const gap of results.flatMap((result) => result.gaps)) {
      gaps.set(gap, (gaps.get(gap) ?? 0) + 1)
    }
  }
  await browser.close()
  const mostFrequent = [...gaps].sort(([, a], [, b]) => b - a)
  for (const [gap, count] of mostFrequent)
    console.log(`${count} ${count === 1 ? 'page' : 'pages'}: ${gap}`)
  console.log(`${opened} of ${all} pages open without an error.`)
  return opened === all ? 0 : 1
}

async function launchBrowser(): Promise<CheckBrowser & { close(): Promise<void> }> {
  // Playwright is a dependency of this command only, not of the preview.
  const { chromium } = await import('playwright-core')
  const executablePath = process.env.CHROME_PATH ?? BROWSERS.find((path) => existsSync(path))
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    // Chromium refuses to run as root with its sandbox, as in a container.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  },
)

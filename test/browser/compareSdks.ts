import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fetchTemporaryKey } from '@miniprogram-cos/server'
import { type Preview, startPreview } from '@miniprogram-cos/simulator/preview'
import type { Locator, Page, Request } from 'playwright-core'
import { launchBrowser } from '../support/browser'
import { listenLocally } from '../support/localServer'
import { CLIENT_FILE } from '../support/phones'
import { at } from '../support/root'
import { BUCKET, REGION, ROOT_KEY, startTestCloud } from '../support/testCloud'

const USAGE = `Presses every button of a mini program's first page and of the pages that these open, once with the
SDK that it contains and once with this client in place of it, and compares what the app shows, logs and sends.
What listens to long presses is held, and the items of the action sheet that appears are pressed too.

  npx tsx test/browser/compareSdks.ts PROJECT [--sdk FILE] [--config FILE] [--tap SELECTOR] [--key-server URL]...

--sdk         the SDK, relative to the project; default: lib/cos-wx-sdk-v5.js
--config      a script that exports Bucket and Region; default: config.js
--tap         what to press beside buttons
--key-server  an address of the app that answers with a temporary key; default: that of Tencent's demo

For the demos of cos-wx-sdk-v5: its folder demo/; demo-album/ with --tap .upload-add. Exits with 1 if a button differs.`

const PICTURE = at('packages/cli/samples/sea.png')
const HOSTS = [BUCKET, '1250000000', '']
  .flatMap((name) => ['cos', 'ci', 'pic'].map((service) => [name, service, REGION]))
  .map((labels) => labels.filter(Boolean).join('.'))
  .concat('service.cos')
  .map((name) => `https://${name}.myqcloud.com`)
/** Milliseconds without a request after which a button has done its work. */
const QUIET_MS = 300
const LONGEST_MS = 15_000

interface Outcome {
  button: string
  /** Dialogs and toasts. */
  shown: string[]
  /** Results and errors that the app has logged. */
  logged: string[]
  /** Requests of the app: method, path and status. */
  sent: string[]
}

/** Reduces what is logged to what both SDKs must agree on: no times, no ids, no progress. */
const LISTENER = `(() => {
  window.__logged = []
  const summarize = (value) => {
    if (typeof value !== 'object' || value === null) return ''
    const { statusCode, error, code } = value
    const failed = value instanceof Error || error !== undefined
    const reason = error?.Code ?? code ?? (typeof error === 'string' ? error : '')
    return [failed ? 'error' : 'result', statusCode ?? '', failed ? reason : ''].join(' ').trim()
  }
  for (const level of ['log', 'error']) {
    const write = console[level].bind(console)
    console[level] = (...values) => {
      const text = values.map(summarize).filter(Boolean).join(', ')
      if (text) window.__logged.push(text)
      write(...values)
    }
  }
  window.__shown = []
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        if (node.matches?.('.layer, .problem-bar')) window.__shown.push(node.textContent)
      }
    }
  }).observe(document, { subtree: true, childList: true })
})()`

interface Options {
  project: string
  sdk: string
  config: string
  tap: string | undefined
  keyServers: string[]
}

async function run(options: Options, client: 'own' | 'kit'): Promise<Outcome[]> {
  const root = mkdtempSync(join(tmpdir(), 'compare-'))
  cpSync(options.project, root, { recursive: true })
  const configFile = join(root, options.config)
  const config = readFileSync(configFile, 'utf8')
    .replace(/(Bucket:\s*)'[^']*'/, `$1'${BUCKET}'`)
    .replace(/(Region:\s*)'[^']*'/, `$1'${REGION}'`)
  writeFileSync(configFile, config)
  if (client === 'kit') {
    cpSync(dirname(CLIENT_FILE), join(root, 'miniprogram-cos'), { recursive: true })
    const path = relative(dirname(options.sdk), 'miniprogram-cos/index.js').replace(/^(?!\.)/, './')
    writeFileSync(join(root, options.sdk), `module.exports = require('${path}')\n`)
  }
  const cloud = await startTestCloud()
  const keys = createServer(async (_, response) => {
    const policy = JSON.stringify({
      version: '2.0',
      statement: [{ effect: 'allow', action: ['*'], resource: ['*'] }],
    })
    const access = { ...ROOT_KEY, region: REGION, localEndpoint: cloud.sts }
    const key = await fetchTemporaryKey(access, 'tester', policy, 1800)
    // As the key servers of cos-wx-sdk-v5 answer.
    response.end(JSON.stringify({ ...key, credentials: key }))
  })
  const keyUrl = `${await listenLocally(keys)}/`
  let preview: Preview | undefined
  const browser = await launchBrowser()
  try {
    preview = await startPreview({
      root,
      phones: [{ name: 'Phone', openid: 'oPhone', language: 'zh_CN' }],
      functions: keyUrl,
      route: (host) => (host.endsWith('.myqcloud.com') ? cloud.cos : undefined),
      routes: Object.fromEntries(options.keyServers.map((url) => [url, keyUrl])),
      domains: { request: HOSTS, uploadFile: HOSTS, downloadFile: HOSTS },
    })
    const page = await browser.newPage({ viewport: { width: 375, height: 740 } })
    return await new Session(page, preview.phones[0]?.url ?? '', options.tap).press()
  } finally {
    await browser.close()
    await preview?.close()
    keys.close()
    await cloud.end()
    rmSync(root, { recursive: true, force: true })
  }
}

/** Whether the app's code sends a request, not an image of its pages. */
const isOfApp = (request: Request) => request.headers()['x-wx-url'] !== undefined

/** One run through all buttons. */
class Session {
  readonly #page: Page
  readonly #url: string
  readonly #tap: string | undefined
  readonly #outcomes: Outcome[] = []
  #running = 0
  #sent: string[] = []

  constructor(page: Page, url: string, tap: string | undefined) {
    this.#page = page
    this.#url = url
    this.#tap = tap
    page.on('filechooser', (chooser) => void chooser.setFiles(PICTURE))
    page.on('request', (request) => {
      if (isOfApp(request)) this.#running++
    })
    page.on('requestfailed', (request) => {
      if (!isOfApp(request)) return
      this.#running--
      this.#sent.push(`${request.method()} failed`)
    })
    page.on('requestfinished', async (request) => {
      if (!isOfApp(request)) return
      const { pathname, search } = new URL(decodeURIComponent(request.headers()['x-wx-url'] ?? ''))
      const query = search.replace(/[?&](?:q-|sign=|x-cos-security-token)[^&]*/g, '')
      const status = (await request.response())?.status()
      this.#sent.push(`${request.method()} ${pathname}${query} ${status}`)
      this.#running--
    })
  }

  async press(): Promise<Outcome[]> {
    const page = this.#page
    await page.addInitScript(LISTENER)
    await page.goto(this.#url)
    await page.waitForFunction('document.documentElement.dataset.ready !== undefined')
    const switches = page.locator('.btn-content wx-button')
    const pages = Math.max(1, await switches.count())
    for (let i = 0; i < pages; i++) {
      if ((await switches.count()) > 0) await switches.nth(i).click()
      await this.#pressAll(true)
    }
    return this.#outcomes
  }

  /** Presses what the visible page has. */
  async #pressAll(isFollowed: boolean): Promise<void> {
    const route = await this.#route()
    const pressed = ['wx-button:not(.btn-content wx-button)', this.#tap].filter(Boolean).join(', ')
    const buttons = this.#screen.locator(pressed)
    for (let k = 0; k < (await buttons.count()); k++) {
      await this.#press(buttons.nth(k))
      if ((await this.#route()) === route) continue
      if (isFollowed) await this.#pressAll(false)
      await this.#page.evaluate(`wx.navigateBack()`)
      await this.#page.waitForFunction(`getCurrentPages().at(-1).route === '${route}'`)
    }
    const held = this.#screen.locator('[data-longpress]')
    const items = this.#screen.locator('wx-action-sheet-item')
    for (let k = 0; k < (await items.count()) && (await held.count()) > 0; k++) {
      await held.first().click({ delay: 600 })
      await this.#press(items.nth(k))
    }
  }

  get #screen(): Locator {
    return this.#page.locator('wx-page:not([hidden])')
  }

  async #route(): Promise<string> {
    return String(await this.#page.evaluate('getCurrentPages().at(-1).route'))
  }

  async #press(button: Locator): Promise<void> {
    const page = this.#page
    const label = ((await button.textContent()) ?? '').trim()
    await page.evaluate('__logged.length = __shown.length = 0')
    this.#sent = []
    await button.click()
    await this.#settle()
    const shown = (await page.evaluate('[...__shown]')) as string[]
    const logged = (await page.evaluate('[...__logged]')) as string[]
    this.#outcomes.push({ button: label, shown, logged, sent: this.#sent })
    await page.evaluate(
      `for (const box of document.querySelectorAll('.layer, .problem-bar')) box.remove()`,
    )
  }

  async #settle(): Promise<void> {
    const end = Date.now() + LONGEST_MS
    for (let quiet = 0; quiet < QUIET_MS && Date.now() < end; quiet += 50) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (this.#running > 0) quiet = 0
    }
  }
}

function describe({ shown, logged, sent }: Outcome): string {
  return [
    ...sent,
    ...logged.map((text) => `log: ${text}`),
    ...shown.map((text) => `shows: ${text}`),
  ]
    .map((line) => `      ${line.slice(0, 160)}`)
    .join('\n')
}

async function main(given: string[]): Promise<number> {
  const option = (name: string) => {
    const found = given.indexOf(name)
    return found < 0 ? undefined : given.splice(found, 2)[1]
  }
  const sdk = option('--sdk') ?? 'lib/cos-wx-sdk-v5.js'
  const config = option('--config') ?? 'config.js'
  const tap = option('--tap')
  const keyServers: string[] = []
  for (let url = option('--key-server'); url; url = option('--key-server')) keyServers.push(url)
  const [project, ...rest] = given
  if (!project || rest.length > 0) {
    console.error(USAGE)
    return 2
  }
  const options = {
    project,
    sdk,
    config,
    tap,
    keyServers: keyServers.length > 0 ? keyServers : ['https://example.com/sts.php'],
  }
  const own = await run(options, 'own')
  const kit = await run(options, 'kit')
  let equal = 0
  for (const [i, outcome] of own.entries()) {
    const ours = kit[i]
    const isEqual =
      ours !== undefined &&
      JSON.stringify([ours.logged, ours.shown]) === JSON.stringify([outcome.logged, outcome.shown])
    if (isEqual) equal++
    console.log(`${isEqual ? 'same  ' : 'DIFFERS'} ${outcome.button}: ${outcome.logged.join('; ')}`)
    if (isEqual) continue
    console.log(`    its own SDK\n${describe(outcome)}`)
    console.log(`    this client\n${ours ? describe(ours) : '      no such button'}`)
  }
  console.log(`${equal} of ${own.length} buttons answer alike.`)
  return equal === own.length ? 0 : 1
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: Error) => {
    console.error(error)
    process.exitCode = 1
  },
)

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { launchBrowser } from '../support/browser'
import { PreviewPage, startTestProject } from '../support/demoPreview'
import { MIB } from '../support/fakePhone'

const USAGE = `Uploads a large file in the preview and measures how long the page is blocked.

  npx tsx test/browser/measureUpload.ts [MIB] [--trace FILE]

Prints the longest gap between two events of each frame's main thread and the time from a press of Pause until the
row says so. The machine should do nothing else: every busy process makes the gaps longer.`

const PAUSES = 3

interface Measured {
  gaps: number[]
  pauses: number[]
}

/** Runs in every frame. */
const OBSERVER = `(() => {
  const measured = { gaps: [], pauses: [] }
  window.__measured = measured
  const channel = new MessageChannel()
  let last = performance.now()
  channel.port1.onmessage = () => {
    const now = performance.now()
    measured.gaps.push(now - last)
    last = now
    setTimeout(() => channel.port2.postMessage(0), 1)
  }
  channel.port2.postMessage(0)
  let pressed = 0
  window.addEventListener('mouseup', ({ timeStamp }) => { pressed = timeStamp }, true)
  new MutationObserver(() => {
    if (pressed === 0 || !/Paused/.test(document.querySelector('wx-page:not([hidden])')?.textContent)) return
    measured.pauses.push(performance.now() - pressed)
    pressed = 0
  }).observe(document, { subtree: true, childList: true, characterData: true })
})()`

async function main(given: string[]): Promise<number> {
  const at = given.indexOf('--trace')
  const trace = at < 0 ? undefined : given.splice(at, 2)[1]
  const size = Number(given[0] ?? 100)
  if (!(size > 0)) {
    console.error(USAGE)
    return 2
  }
  const [project, browser] = await Promise.all([startTestProject(), launchBrowser()])
  try {
    const file = join(project.cloud.folder, 'large.bin')
    writeFileSync(file, randomBytes(size * MIB))
    const context = await browser.newContext({ viewport: { width: 1500, height: 940 } })
    await context.addInitScript(OBSERVER)
    const page = await context.newPage()
    await page.goto(project.preview.url)
    const alice = new PreviewPage(page, 'Alice')
    await alice.waitFor('Nothing here yet')
    await alice.openTab('Upload')
    for (const frame of page.frames()) await frame.evaluate('__measured.gaps.length = 0')
    if (trace) {
      const categories = ['toplevel', 'devtools.timeline', 'mojom', 'blink', 'v8']
      await browser.startTracing(page, { path: trace, categories })
    }
    const started = Date.now()
    await alice.chooseFiles([file])
    for (let i = 1; i <= PAUSES; i++) {
      await alice.waitForUpload('large.bin', new RegExp(` [${i}-9]\\d%`))
      await alice.press('large.bin', 'Pause')
      await alice.waitForUpload('large.bin', 'Paused')
      await alice.press('large.bin', 'Resume')
    }
    await alice.waitForUpload('large.bin', 'Done')
    console.log(`${size} MiB in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    if (trace) await browser.stopTracing()
    for (const frame of page.frames()) console.log(await report(frame))
    return 0
  } finally {
    await browser.close()
    await project.end()
  }
}

async function report(frame: Frame): Promise<string> {
  const { gaps, pauses } = (await frame.evaluate('__measured')) as Measured
  const worst = gaps.sort((one, other) => other - one).slice(0, 5)
  const list = (values: number[]) => values.map((value) => value.toFixed(0)).join(', ')
  const name = (await frame.title()) || frame.name() || frame.url()
  const paused = pauses.length > 0 ? `; pauses after ${list(pauses)} ms` : ''
  return `${name}: longest gaps ${list(worst)} ms${paused}`
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})

import type { Page, Route } from 'playwright-core'

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

import type { Page, Route } from 'playwright-core'

/**
 * A narrow place between a browser's phones and the cloud: parts of uploads pass only as far as they are let
 * through, so that a test is there before an upload has ended, on any machine.
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
    // Whatever was held before has been given up.
    this.#held = []
  }

  async letThrough(count: number): Promise<void> {
    this.#free += count
    const released = this.#held.splice(0, count)
    this.#free -= released.length
    // Given up meanwhile: there is nothing to send any more.
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

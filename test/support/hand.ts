import type { FrameLocator, Locator, Page } from 'playwright-core'

/** A user's hand on one of the phones of the preview. */
export class Hand {
  readonly #page: Page
  readonly #frame: FrameLocator
  /** The phone with its switches. */
  readonly case: Locator

  constructor(page: Page, name: string) {
    this.#page = page
    this.#frame = page.frameLocator(`iframe[title=${name}]`)
    this.case = page.locator('article').filter({ hasText: name })
  }

  /** The page in front. */
  get screen(): Locator {
    return this.#frame.locator('wx-page:not([hidden])')
  }

  /** What lies above the page: dialogs, sheets, toasts. */
  get above(): Locator {
    return this.#frame.locator('.layer')
  }

  get title(): Locator {
    return this.#frame.locator('.nav-title')
  }

  async openTab(name: string): Promise<void> {
    await this.#frame.locator('#tabs').getByText(name, { exact: true }).click()
  }

  async back(): Promise<void> {
    await this.#frame.getByLabel('back').click()
  }

  async tap(text: string): Promise<void> {
    await this.screen.getByText(text, { exact: true }).click()
  }

  /** Answers a dialog or a sheet. */
  async answer(text: string): Promise<void> {
    await this.above.getByText(text, { exact: true }).last().click()
  }

  async see(text: string): Promise<void> {
    await this.screen.getByText(text).first().waitFor()
  }

  async chooseFiles(files: string[], button = 'Chat files'): Promise<void> {
    await this.openTab('Upload')
    const [chooser] = await Promise.all([this.#page.waitForEvent('filechooser'), this.tap(button)])
    await chooser.setFiles(files)
  }

  upload(name: string): Locator {
    return this.screen.locator('upload-row').filter({ hasText: name })
  }

  /** What the row of an upload says, once it says something: 0 to 100. */
  async percentOf(name: string): Promise<number> {
    const row = this.upload(name).filter({ hasText: / \d+%/ })
    return Number(/ (\d+)%/.exec((await row.textContent()) ?? '')?.[1])
  }

  /** Waits until a row says so. */
  async uploadSays(name: string, text: string | RegExp): Promise<void> {
    await this.upload(name).filter({ hasText: text }).waitFor()
  }

  async press(name: string, button: string): Promise<void> {
    await this.upload(name).getByLabel(button).click()
  }

  async choose(what: 'Network' | 'Language' | 'Theme', value: string): Promise<void> {
    await this.case.getByLabel(what).selectOption(value)
  }

  /** Ends the app and starts it again. */
  async restart(): Promise<void> {
    await this.case.getByText('Restart', { exact: true }).click()
  }
}

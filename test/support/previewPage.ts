import type { FrameLocator, Locator, Page } from 'playwright-core'

/** Operates one phone of the preview, as its user would. */
export class PreviewPage {
  readonly #page: Page
  readonly #frame: FrameLocator
  /** The phone with its controls. */
  readonly controls: Locator

  constructor(page: Page, name: string) {
    this.#page = page
    this.#frame = page.frameLocator(`iframe[title=${name}]`)
    this.controls = page.locator('article').filter({ hasText: name })
  }

  /** The visible page. */
  get screen(): Locator {
    return this.#frame.locator('wx-page:not([hidden])')
  }

  /** Dialogs, sheets and toasts above the page. */
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

  async waitFor(text: string): Promise<void> {
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

  /** The percentage that the row of an upload shows. */
  async percentOf(name: string): Promise<number> {
    const row = this.upload(name).filter({ hasText: / \d+%/ })
    return Number(/ (\d+)%/.exec((await row.textContent()) ?? '')?.[1])
  }

  /** Waits until the row of an upload shows a text. */
  async waitForUpload(name: string, text: string | RegExp): Promise<void> {
    await this.upload(name).filter({ hasText: text }).waitFor()
  }

  async press(name: string, button: string): Promise<void> {
    await this.upload(name).getByLabel(button).click()
  }

  async choose(what: 'Network' | 'Language' | 'Theme', value: string): Promise<void> {
    await this.controls.getByLabel(what).selectOption(value)
  }

  /** Restarts the app. */
  async restart(): Promise<void> {
    await this.controls.getByText('Restart', { exact: true }).click()
  }
}

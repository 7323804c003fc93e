import { Emitter } from '../emitter'

/** WeChat ends requests that have not finished this long after the app went into the background. */
const BACKGROUND_GRACE_MS = 5000

export type NetworkType = 'wifi' | '4g' | '3g' | 'none'

/** Foreground, background and network of the simulated app. */
export class AppState {
  readonly events = new Emitter()
  readonly #graceMs: number
  #networkType: NetworkType = 'wifi'
  #isHidden = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #isSuspended = false

  constructor(graceMs = BACKGROUND_GRACE_MS) {
    this.#graceMs = graceMs
  }

  get networkType(): NetworkType {
    return this.#networkType
  }

  /** True once the grace period in the background is over: no network until the app is shown. */
  get isSuspended(): boolean {
    return this.#isSuspended
  }

  hide(): void {
    if (this.#isHidden) return
    this.#isHidden = true
    this.events.emit('hide')
    this.#timer = setTimeout(() => {
      this.#isSuspended = true
      this.events.emit('suspend')
    }, this.#graceMs)
    // Node would wait for it; a browser's timer is a number.
    const timer = this.#timer as unknown as { unref?: () => void }
    timer.unref?.()
  }

  show(): void {
    if (!this.#isHidden) return
    this.#isHidden = false
    this.#isSuspended = false
    clearTimeout(this.#timer)
    this.events.emit('show')
  }

  /** Switching the network ends every running task, as WeChat does on purpose. */
  setNetworkType(type: NetworkType): void {
    if (type === this.#networkType) return
    this.#networkType = type
    this.events.emit('networkSwitch')
    this.events.emit('network', { isConnected: type !== 'none', networkType: type })
  }
}

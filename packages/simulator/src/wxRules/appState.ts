import { api } from './callbacks'

/** A listener of an event; each event has data of its own type. */
type Listener = { call(event: unknown): void }['call']

/** Listeners by event name. Independent of Node, because it runs in the browser too. */
export class Emitter {
  readonly #listeners = new Map<string, Set<Listener>>()

  on(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
  }

  /** Removes one listener, or all listeners of the event. */
  off(name: string, listener?: Listener): void {
    if (listener) this.#listeners.get(name)?.delete(listener)
    else this.#listeners.delete(name)
  }

  emit(name: string, event?: unknown): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(event)
  }
}

/** WeChat interrupts requests that are still running this long after the app goes to the background. */
const BACKGROUND_GRACE_MS = 5000

export type NetworkType = 'wifi' | '4g' | '3g' | 'none'

/** Whether the simulated app is in the foreground, and its network. */
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

  /** True after the grace period in the background: no network until the app is shown again. */
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
    // In Node the timer must not keep the process alive; in a browser it is a number.
    const timer: unknown = this.#timer
    if (timer instanceof Object && 'unref' in timer && timer.unref instanceof Function)
      timer.unref()
  }

  show(): void {
    if (!this.#isHidden) return
    this.#isHidden = false
    this.#isSuspended = false
    clearTimeout(this.#timer)
    this.events.emit('show')
  }

  /** Fails every running task, as WeChat does when the network changes. */
  setNetworkType(type: NetworkType): void {
    if (type === this.#networkType) return
    this.#networkType = type
    this.events.emit('networkSwitch')
    this.events.emit('network', { isConnected: type !== 'none', networkType: type })
  }
}

/** The `wx.on…` and `wx.off…` of one event. */
export const onEvent = (state: AppState, event: string) => (listener: Listener) =>
  state.events.on(event, listener)
export const offEvent = (state: AppState, event: string) => (listener?: Listener) =>
  state.events.off(event, listener)

/** The part of `wx` about foreground, background and network; the same in Node and in the browser. */
export function lifecycleApi(state: AppState) {
  return {
    getNetworkType: api('getNetworkType', () => ({ networkType: state.networkType })),
    onNetworkStatusChange: onEvent(state, 'network'),
    offNetworkStatusChange: offEvent(state, 'network'),
    onAppShow: onEvent(state, 'show'),
    offAppShow: offEvent(state, 'show'),
    onAppHide: onEvent(state, 'hide'),
    offAppHide: offEvent(state, 'hide'),
  }
}

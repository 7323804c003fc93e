import { type CallbackOptions, callBackOrPromise } from '../callbacks'
import type { AppState } from './lifecycle'

type Listener = (...args: never[]) => void

/** `on…` and `off…` of one of the app's events. */
export const onEvent = (state: AppState, event: string) => (listener: Listener) =>
  state.events.on(event, listener as never)
export const offEvent = (state: AppState, event: string) => (listener?: Listener) =>
  state.events.off(event, listener as never)

/** What `wx` tells of the app's life and its network, in Node and in the browser alike. */
export function lifecycleEvents(state: AppState) {
  return {
    getNetworkType: (given: CallbackOptions = {}) =>
      callBackOrPromise(given, () => ({ networkType: state.networkType }), 'getNetworkType'),
    onNetworkStatusChange: onEvent(state, 'network'),
    offNetworkStatusChange: offEvent(state, 'network'),
    onAppShow: onEvent(state, 'show'),
    offAppShow: offEvent(state, 'show'),
    onAppHide: onEvent(state, 'hide'),
    offAppHide: offEvent(state, 'hide'),
  }
}

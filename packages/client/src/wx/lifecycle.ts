import type { WxLike } from './types'

declare const wx: WxLike

let watched: WxLike | undefined
let isHidden = false
let isOffline = false
const waiting: (() => void)[] = []

/**
 * Follows the app to the background and back, and the network, from the first request on. WeChat interrupts
 * requests of an app that has been in the background for five seconds, and all when the network changes.
 */
export function watchLifecycle(): void {
  if (watched === wx) return
  watched = wx
  isHidden = false
  isOffline = false
  wx.onAppHide?.(() => follow(true, isOffline))
  wx.onAppShow?.(() => follow(false, isOffline))
  wx.onNetworkStatusChange?.(({ isConnected }) => follow(isHidden, !isConnected))
}

function follow(hidden: boolean, offline: boolean): void {
  isHidden = hidden
  isOffline = offline
  if (!isHidden && !isOffline) for (const resume of waiting.splice(0)) resume()
}

/** Waits while the app is in the background or offline. @returns whether it had to */
export async function whenReady(): Promise<boolean> {
  const hasToWait = isHidden || isOffline
  if (hasToWait) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
    })
  }
  return hasToWait
}

import { theWx, type WxLike } from './wxLike'

let watched: WxLike | undefined
let isHidden = false
let isOffline = false
let waiting: (() => void)[] = []

/**
 * Follows the app to the background and back, and the network, from the first request on. WeChat interrupts
 * requests of an app that has been in the background for five seconds, and all when the network changes.
 */
export function watchLifecycle(): void {
  const wx = theWx()
  if (watched === wx) return
  watched = wx
  isHidden = false
  isOffline = false
  wx.onAppHide?.(() => {
    isHidden = true
  })
  wx.onAppShow?.(() => {
    isHidden = false
    goOn()
  })
  wx.onNetworkStatusChange?.(({ isConnected }) => {
    isOffline = !isConnected
    goOn()
  })
}

/** Resolves when the app is in front and online. @returns whether that took waiting */
export function whenReady(): Promise<boolean> {
  if (!isHidden && !isOffline) return Promise.resolve(false)
  return new Promise((resolve) => {
    waiting.push(() => resolve(true))
  })
}

function goOn(): void {
  if (isHidden || isOffline) return
  const ready = waiting
  waiting = []
  for (const resolve of ready) resolve()
}

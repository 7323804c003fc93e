import type { Simulator } from '@miniprogram-cos/simulator'
import type { Untyped } from './bothClients'
import { createSimulatedPhone } from './phones'
import type { TestCloud } from './testCloud'

type Method = (options: Untyped) => Untyped

/** A phone whose app can end at any moment, and whose network can stop. */
export interface MortalPhone {
  simulator: Simulator
  wx: Untyped
  /** So many calls of `wx.request` reach the network; those after them wait for ever. */
  pass: (count: number) => void
  /** Ends the app: no call that it has made reports an end, and later ones have no effect. */
  kill: () => void
}

/** The phone of a name, with the files and the storage that earlier apps on it have left. */
export function createMortalPhone(cloud: TestCloud, name: string): MortalPhone {
  const simulator = createSimulatedPhone(cloud, name)
  const own: Untyped = simulator.wx
  let isAlive = true
  let passing = Number.POSITIVE_INFINITY
  const tasks: Untyped[] = []
  const nothing: Untyped = { abort() {}, onProgressUpdate() {} }
  const mortal = (method: Method) => (options: Untyped) =>
    isAlive
      ? method({
          ...options,
          success: (result: unknown) => isAlive && options.success?.(result),
          fail: (failure: unknown) => isAlive && options.fail?.(failure),
        })
      : nothing
  const transfer = (method: Method) => (options: Untyped) => {
    const task = mortal(method)(options)
    tasks.push(task)
    return task
  }
  const request = transfer(own.request)
  const files = Object.fromEntries(
    Object.entries<Method>(own.getFileSystemManager()).map(([key, call]) => [key, mortal(call)]),
  )
  const wx = {
    ...own,
    request: (options: Untyped) => (passing-- > 0 ? request(options) : nothing),
    downloadFile: transfer(own.downloadFile),
    setStorageSync: (key: string, data: unknown) => isAlive && own.setStorageSync(key, data),
    getFileSystemManager: () => files,
  }
  return {
    simulator,
    wx,
    pass(count) {
      passing = count
    },
    kill() {
      isAlive = false
      for (const task of tasks) task.abort()
    },
  }
}

import type { WxLike } from './wxLike'

declare const wx: WxLike

/** WeChat runs so many requests of an app at a time (frame/ability/network.html). */
const MOST_REQUESTS = 10
/** Uploads take two less, so that a page still gets its answers while files go up. */
const MOST_UPLOADS = 8

/** Lets so many tasks run at a time; the others wait in the order they came. */
class Semaphore {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve)
      })
    }
    try {
      return await task()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}

/** What all clients of an app share. */
interface WxSlots {
  /** Everything that goes over the network. */
  requests: Semaphore
  /** Content on its way up: a part or a file is read only when it has its turn. */
  uploads: Semaphore
}

let owner: WxLike | undefined
let slots: WxSlots

/** The slots of this `wx`. */
export function wxSlots(): WxSlots {
  if (owner !== wx) {
    owner = wx
    slots = { requests: new Semaphore(MOST_REQUESTS), uploads: new Semaphore(MOST_UPLOADS) }
  }
  return slots
}

/** Lets so many tasks run at a time; the others wait in the order they came. */
class Slots {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(limit: number) {
    this.free = limit
  }

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

/**
 * WeChat runs ten requests at a time (frame/ability/network.html). All uploads of the app share these, two
 * less than there are, so that a page still gets its answers; and a part is read only when it has its turn.
 */
export const partSlots = new Slots(8)

/** Runs tasks of one name one after another, tasks of different names side by side. */
export class KeyedLock {
  readonly #tails = new Map<string, Promise<unknown>>()

  async run<T>(name: string, task: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name) ?? Promise.resolve()
    const turn = before.then(task, task)
    const tail = turn.catch(() => {})
    this.#tails.set(name, tail)
    try {
      return await turn
    } finally {
      if (this.#tails.get(name) === tail) this.#tails.delete(name)
    }
  }
}

/** The part of a table that is needed here. */
interface BatchWriter<Row> {
  batch(rows: Row[], options: { sync: boolean }): Promise<void>
}

/**
 * Writes batches to a table, those that come while one is under way all together in the next: one
 * flush of the disk serves many writers, and only one thread ever waits for it.
 */
export class GroupCommit<Row> {
  readonly #table: BatchWriter<Row>
  readonly #sync: boolean
  #waiting: { rows: Row[]; resolve: () => void; reject: (error: unknown) => void }[] = []
  #isBusy = false

  constructor(table: BatchWriter<Row>, sync: boolean) {
    this.#table = table
    this.#sync = sync
  }

  /** Resolves when the rows are written, all or none of them. */
  write(rows: Row[]): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject })
      if (!this.#isBusy) void this.#drain()
    })
  }

  async #drain(): Promise<void> {
    this.#isBusy = true
    while (this.#waiting.length > 0) {
      const group = this.#waiting
      this.#waiting = []
      try {
        await this.#table.batch(
          group.flatMap(({ rows }) => rows),
          { sync: this.#sync },
        )
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    this.#isBusy = false
  }
}

import { promises as fs } from 'node:fs'
import { join } from 'node:path'
import { Blobs } from './blobs'
import { Buckets } from './buckets'
import { Database, type RowChange } from './database'
import { Objects } from './objects'
import type { BlobRef } from './records'
import { Uploads } from './uploads'

/** The data of the local COS: rows in one ordered table, and large content in files. */
export class Store {
  readonly blobs: Blobs
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads
  /** The table, which the CloudBase database also uses. */
  readonly database: Database

  private constructor(database: Database, blobFolder?: string) {
    this.database = database
    this.blobs = new Blobs(database, blobFolder)
    this.buckets = new Buckets(database)
    this.objects = new Objects(database, this.blobs, this.buckets)
    this.uploads = new Uploads(database, this.blobs, this.buckets, this.objects)
  }

  /**
   * Opens the store in a folder, which is created if necessary, and deletes what a crash left behind.
   * @param folder @default in memory
   * @throws Error if a newer version wrote the data, or another process has it open
   */
  static async open(folder?: string): Promise<Store> {
    if (!folder) return new Store(await Database.openInMemory())
    const blobFolder = join(folder, 'blobs')
    await fs.mkdir(blobFolder, { recursive: true })
    const store = new Store(await Database.open(folder), blobFolder)
    await store.blobs.recover()
    await store.buckets.load()
    return store
  }

  /** Deletes all data, including buckets. Must not be called while requests are in progress. */
  async clear(): Promise<void> {
    const orphaned: BlobRef[] = []
    const rows: RowChange[] = []
    for (const space of ['object', 'version', 'part', 'file']) {
      for await (const { blobs } of this.database.values<{ blobs: BlobRef[] }>(`${space}\0`)) {
        orphaned.push(...blobs)
      }
    }
    for (const space of ['bucket', 'object', 'version', 'upload', 'uploadId', 'part', 'file']) {
      for await (const key of this.database.keys(`${space}\0`)) rows.push({ type: 'del', key })
    }
    await this.blobs.commit(rows, { orphaned })
    await this.blobs.settle()
    await this.buckets.load()
  }

  async close(): Promise<void> {
    await this.blobs.settle()
    await this.database.close()
  }
}

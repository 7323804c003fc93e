import { contentTypeOf } from '@miniprogram-cos/protocol'
import { row } from '../cos/store/database'
import type { BlobRef } from '../cos/store/records'
import type { Store } from '../cos/store/store'

/** A stored file. */
export interface FileRecord {
  path: string
  size: number
  /** MD5, lower-case hex. */
  md5: string
  /** Unsigned decimal. */
  crc64: string
  /** ISO 8601. */
  lastModified: string
  contentType: string
  blobs: BlobRef[]
}

/** A file whose content can be read until `release` is called. */
export interface OpenFile {
  file: FileRecord
  content: Buffer | AsyncIterable<Uint8Array>
  release: () => void
}

/**
 * The files of a CloudBase environment (`wx.cloud` storage). CloudBase keeps them in a bucket that it
 * manages; the local COS does not show them.
 */
export class CloudFiles {
  readonly #store: Store
  readonly #prefix: string

  /** @param appid APPID of the account */
  constructor(store: Store, env: string, appid: string) {
    this.#store = store
    // The bucket's name starts with the first two characters of the environment in hex.
    const hex = Buffer.from(env.slice(0, 2)).toString('hex')
    this.#prefix = `cloud://${env}.${hex}-${env}-${appid}/`
  }

  /** `cloud://environment.bucket/path` */
  fileIdOf(path: string): string {
    return this.#prefix + path
  }

  /** @returns undefined for an invalid fileID, or one of another environment */
  pathOf(fileID: string): string | undefined {
    const path = fileID.startsWith(this.#prefix) ? fileID.slice(this.#prefix.length) : ''
    return path || undefined
  }

  find(path: string): FileRecord | undefined {
    return this.#store.database.get<FileRecord>(row.file(path))
  }

  /** Creates or replaces a file. */
  async put(path: string, content: AsyncIterable<Uint8Array>, now: number): Promise<void> {
    const { id, size, md5, crc64 } = await this.#store.blobs.write(content)
    const blobs = [{ id, size }]
    const lastModified = new Date(now).toISOString()
    const contentType = contentTypeOf(path)
    const value: FileRecord = { path, size, md5, crc64, lastModified, contentType, blobs }
    await this.#locked(path, () => {
      const rows = [{ type: 'put' as const, key: row.file(path), value }]
      return this.#store.blobs.commit(rows, { committed: blobs, orphaned: this.#blobsOf(path) })
    })
  }

  /** @returns false if there is no such file */
  async delete(path: string): Promise<boolean> {
    return this.#locked(path, async () => {
      if (!this.find(path)) return false
      const rows = [{ type: 'del' as const, key: row.file(path) }]
      await this.#store.blobs.commit(rows, { orphaned: this.#blobsOf(path) })
      return true
    })
  }

  async open(path: string): Promise<OpenFile | undefined> {
    return this.#locked(path, async () => {
      const file = this.find(path)
      if (!file) return undefined
      const { blobs, size } = file
      const release = this.#store.blobs.pin(blobs)
      const content = size === 0 ? Buffer.alloc(0) : this.#store.blobs.read(blobs, 0, size - 1)
      return { file, content, release }
    })
  }

  #blobsOf(path: string): BlobRef[] {
    return this.find(path)?.blobs ?? []
  }

  #locked<T>(path: string, task: () => Promise<T>): Promise<T> {
    return this.#store.database.locks.run(`file\0${path}`, task)
  }
}

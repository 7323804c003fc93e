import { createHash, randomUUID } from 'node:crypto'
import type { WrittenBlob } from './blob'
import { Crc64 } from './crc64'

/** Names of blobs that are rows of the table begin so; those of files are hexadecimal. */
const MARK = 's'

/** Whether a blob is a row of the table instead of a file. */
export function isSmall(id: string): boolean {
  return id.startsWith(MARK)
}

/** Drawn from a prepared pool: fresh entropy for each blob would cost more than its bytes. */
export function newBlobId(kind: 'small' | 'file'): string {
  const id = randomUUID().replace(/-/g, '')
  return kind === 'small' ? MARK + id.slice(1) : id
}

/** Small blobs that have come in and wait for the commit that makes them rows. */
export class SmallBlobs {
  readonly #waiting = new Map<string, Buffer>()

  take(bytes: Buffer): WrittenBlob {
    const id = newBlobId('small')
    this.#waiting.set(id, bytes)
    return {
      id,
      size: bytes.length,
      md5: createHash('md5').update(bytes).digest('hex'),
      crc64: new Crc64().update(bytes).decimal(),
    }
  }

  waiting(id: string): Buffer | undefined {
    return this.#waiting.get(id)
  }

  /** Committed or given up. @returns whether it was waiting */
  forget(id: string): boolean {
    return this.#waiting.delete(id)
  }
}

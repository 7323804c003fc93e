/** Bytes that never change once written, under a random name. */
export interface Blob {
  id: string
  size: number
}

/** A blob just written, with the digests taken on the way. */
export interface WrittenBlob extends Blob {
  /** Lower-case hex. */
  md5: string
  /** Unsigned decimal. */
  crc64: string
}

import type { Readable } from 'node:stream'

/** `_id` of a record. */
export type RecordId = string | number

/** A record of the database. */
export type RecordData = Record<string, unknown> & { _id: RecordId }

/** A text in a record that is replaced by another. */
export interface FieldChange {
  /** `cover`, `photos.0.url` */
  path: string
  from: string
  to: string
}

/** The database whose records name files. */
export interface Records {
  /** All records of a collection. A record that is added meanwhile may be missed. */
  list: (collection: string) => AsyncIterable<RecordData>
  /** @returns undefined when there is no such record */
  get: (collection: string, id: RecordId) => Promise<RecordData | undefined>
  /**
   * Applies all changes of a record, if every field still has the text that is to be replaced.
   * @returns whether it did
   */
  replace: (collection: string, id: RecordId, changes: FieldChange[]) => Promise<boolean>
}

/** A file that is being read. */
export interface SourceFile {
  size: number
  /** MD5 in lower-case hex, where the storage states it. */
  md5?: string
  contentType: string
  content: Readable
}

/** The storage that files are copied from. */
export interface SourceFiles {
  /** @returns undefined when the file does not exist */
  open: (fileID: string) => Promise<SourceFile | undefined>
  /** fileIDs of all files of the environment. */
  list: () => AsyncIterable<string>
}

/** Size and digest of a copied file. */
export interface FileDigest {
  size: number
  /** MD5, lower-case hex. */
  md5: string
}

/** The bucket that files are copied to. */
export interface TargetBucket {
  /** @returns undefined when there is no such object; an object of several parts has no MD5 */
  find: (key: string) => Promise<{ size: number; md5?: string } | undefined>
  /** Puts a file. @returns the MD5 that the bucket computed */
  put: (key: string, file: string, about: FileDigest & { contentType: string }) => Promise<string>
  delete: (key: string) => Promise<void>
}

/** Begins every fileID of `wx.cloud` storage. */
export const FILE_ID_PREFIX = 'cloud://'

/** Path of a file in its storage. @returns undefined for what is no fileID */
export function pathOfFileId(fileID: string): string | undefined {
  return /^cloud:\/\/[^/]+\/(.+)$/s.exec(fileID)?.[1]
}

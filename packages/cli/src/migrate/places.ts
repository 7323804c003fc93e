import type { Readable } from 'node:stream'

/** `_id` of a record. */
export type RecordId = string | number

/** A record of the database. */
export type RecordData = Record<string, unknown> & { _id: RecordId }

/** A replacement of a string in a record. */
export interface FieldChange {
  /** `cover`, `photos.0.url` */
  path: string
  from: string
  to: string
}

/** The database whose records contain fileIDs. */
export interface Records {
  /** All records of a collection. Records that are added meanwhile may be missing. */
  list: (collection: string) => AsyncIterable<RecordData>
  /** @returns undefined if there is no such record */
  get: (collection: string, id: RecordId) => Promise<RecordData | undefined>
  /**
   * Applies all changes of a record, if all fields still have the old values.
   * @returns whether the changes were applied
   */
  replace: (collection: string, id: RecordId, changes: FieldChange[]) => Promise<boolean>
}

/** A file that is being read. */
export interface SourceFile {
  size: number
  /** MD5 in lower-case hex, if the storage provides it. */
  md5?: string
  contentType: string
  content: Readable
}

/** The storage that files are copied from. */
export interface SourceFiles {
  /** @returns undefined if the file does not exist */
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
  /** @returns undefined if there is no such object; an object of several parts has no MD5 */
  find: (key: string) => Promise<{ size: number; md5?: string } | undefined>
  /** Puts a file. @returns the MD5 that the bucket computed */
  put: (key: string, file: string, about: FileDigest & { contentType: string }) => Promise<string>
  delete: (key: string) => Promise<void>
}

/** Prefix of all fileIDs of `wx.cloud` storage. */
export const FILE_ID_PREFIX = 'cloud://'

/** Path of a file in its storage. @returns undefined for an invalid fileID */
export function pathOfFileId(fileID: string): string | undefined {
  return /^cloud:\/\/[^/]+\/(.+)$/s.exec(fileID)?.[1]
}

/** The source and the target of a migration. */
export interface MigrationPlaces {
  records: Records
  files: SourceFiles
  bucket: TargetBucket
}

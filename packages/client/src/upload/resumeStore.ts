import { load, save } from '../wx/wxStorage'

const STORAGE_KEY = 'miniprogram_cos_uploads'

/** COS keeps the parts of an upload for as long as nobody completes it; a month is the official limit. */
const MAX_AGE_SECONDS = 30 * 86_400

/** An upload that may be gone on with: where it goes, and how it is cut. */
export interface UnfinishedUpload {
  Bucket: string
  Region: string
  Key: string
  size: number
  partSize: number
}

/** What is stored of it. */
interface Entry extends UnfinishedUpload {
  UploadId: string
  /**
   * MD5 of the whole file: neither its path nor its times say what is in it. Absent until the system has read
   * the file; an app that was ended before leaves an upload that can only be aborted.
   */
  digest?: string
  /** Unix seconds. */
  at: number
}

const now = () => Math.floor(Date.now() / 1000)

function read(): Entry[] {
  const stored = load(STORAGE_KEY)
  const oldest = now() - MAX_AGE_SECONDS
  return Array.isArray(stored)
    ? (stored as Entry[]).filter((entry) => entry?.UploadId && entry.at > oldest)
    : []
}

/** Uploads that run now: nobody else may resume or abort them. */
const active = new Set<string>()

export const claim = (UploadId: string): unknown => active.add(UploadId)
export const release = (UploadId: string): unknown => active.delete(UploadId)

/**
 * The unfinished uploads of such a file, of whatever content, remembered across restarts of the app; without
 * those that run now.
 */
export function remembered(upload: UnfinishedUpload): Entry[] {
  const isOfIt = (entry: Entry) =>
    !active.has(entry.UploadId) &&
    Object.entries(upload).every(([name, value]) => entry[name as 'Key'] === value)
  return read().filter(isOfIt)
}

/** @returns whether it is remembered: the storage may be full, or the limit 0 */
export function remember(upload: Omit<Entry, 'at'>, limit: number): boolean {
  const others = read().filter(({ UploadId }) => UploadId !== upload.UploadId)
  return save(STORAGE_KEY, [{ ...upload, at: now() }, ...others].slice(0, limit)) && limit > 0
}

export function forget(id: string): void {
  const entries = read()
  const left = entries.filter(({ UploadId }) => UploadId !== id)
  if (left.length < entries.length) save(STORAGE_KEY, left)
}

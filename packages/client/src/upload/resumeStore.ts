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
  /** MD5 of the whole file: neither its path nor its times say what is in it. */
  digest: string
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

/** The uploads in progress of such a file, of whatever content, remembered across restarts of the app. */
export function remembered(upload: UnfinishedUpload): Entry[] {
  const isOfIt = (entry: Entry) =>
    Object.entries(upload).every(([name, value]) => entry[name as 'Key'] === value)
  return read().filter(isOfIt)
}

export function remember(upload: Omit<Entry, 'at'>, limit: number): void {
  const others = read().filter(({ UploadId }) => UploadId !== upload.UploadId)
  save(STORAGE_KEY, [{ ...upload, at: now() }, ...others].slice(0, limit))
}

export function forget(id: string): void {
  const entries = read()
  const left = entries.filter(({ UploadId }) => UploadId !== id)
  if (left.length < entries.length) save(STORAGE_KEY, left)
}

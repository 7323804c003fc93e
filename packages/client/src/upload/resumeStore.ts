import { hexMd5 } from '../hash/md5'
import { load, save } from '../wx/wxStorage'

/** Ours, and the one of cos-wx-sdk-v5: `[uuid, UploadId, seconds][]` as JSON, newest first. */
const STORAGE_KEY = 'miniprogram_cos_uploads'
const OFFICIAL_KEY = 'cos_sdk_upload_cache'

/** COS keeps the parts of an upload for as long as nobody completes it; a month is the official limit. */
const MAX_AGE_SECONDS = 30 * 86_400

/** An upload that may be gone on with: what it is of, by content, and where it goes. */
export interface UnfinishedUpload {
  Bucket: string
  Region: string
  Key: string
  size: number
  partSize: number
  /** MD5 of the whole file: neither its path nor its times say what is in it. */
  digest: string
}

interface Entry extends UnfinishedUpload {
  UploadId: string
  /** Unix seconds. */
  at: number
}

/** Uploads in progress, remembered across restarts of the app. */
export class ResumeStore {
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  /** Whether it is worth taking the file's digest: something was begun for this key and size. */
  mayKnow(upload: Omit<UnfinishedUpload, 'digest'>): boolean {
    return this.read().some((entry) => isFor(entry, upload))
  }

  find(upload: UnfinishedUpload): string | undefined {
    return this.read().filter((entry) => isFor(entry, upload) && entry.digest === upload.digest)[0]
      ?.UploadId
  }

  remember(upload: UnfinishedUpload, UploadId: string): void {
    const others = this.read().filter((entry) => entry.UploadId !== UploadId)
    const at = Math.floor(Date.now() / 1000)
    this.write([{ ...upload, UploadId, at }, ...others].slice(0, this.limit))
  }

  forget(UploadId: string): void {
    const entries = this.read()
    const left = entries.filter((entry) => entry.UploadId !== UploadId)
    if (left.length < entries.length) this.write(left)
  }

  /** Uploads of this path that cos-wx-sdk-v5 began. Its keys say nothing of the content. */
  official(path: string): string[] {
    const stored = parsed(load(OFFICIAL_KEY))
    if (!Array.isArray(stored)) return []
    const own = hexMd5(path)
    return (stored as unknown[])
      .filter((entry): entry is [string, string] => {
        const [uuid, UploadId] = Array.isArray(entry) ? entry : []
        return typeof uuid === 'string' && typeof UploadId === 'string' && uuid.indexOf(own) === 0
      })
      .map(([, UploadId]) => UploadId)
  }

  private read(): Entry[] {
    const stored = load(STORAGE_KEY)
    if (!Array.isArray(stored)) return []
    const oldest = Date.now() / 1000 - MAX_AGE_SECONDS
    return (stored as Entry[]).filter((entry) => entry?.UploadId && entry.at > oldest)
  }

  private write(entries: Entry[]): void {
    save(STORAGE_KEY, entries)
  }
}

/** The official client stores text. */
function parsed(stored: unknown): unknown {
  if (typeof stored !== 'string') return stored
  try {
    return JSON.parse(stored)
  } catch {
    return undefined
  }
}

function isFor(entry: Entry, upload: Omit<UnfinishedUpload, 'digest'>): boolean {
  return (
    entry.Bucket === upload.Bucket &&
    entry.Region === upload.Region &&
    entry.Key === upload.Key &&
    entry.size === upload.size &&
    entry.partSize === upload.partSize
  )
}

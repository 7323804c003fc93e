import {
  type MultipartListPartResult,
  multipartAbort,
  multipartListPart,
} from '@miniprogram-cos/protocol'
import { sleep, withTimeout } from '../concurrency'
import type { Target } from '../request/buildRequest'
import { asCosError } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import { load, save } from '../wx/files'
import type { MultipartUpload, PartDone } from './multipart'

/** An upload that may be resumed: its target, and the sizes of the file and its parts. */
export interface UnfinishedUpload {
  Bucket: string
  Region: string
  Key: string
  size: number
  partSize: number
}

/** An upload in the storage. */
interface StoredUpload extends UnfinishedUpload {
  UploadId: string
  /**
   * MD5 of the whole file: its path and its times do not identify its content. Missing until the system has read the
   * file; an upload without it can only be aborted.
   */
  digest?: string
}

/** COS keeps the parts of an unfinished upload forever; the official client resumes uploads for a month. */
const MAX_AGE_SECONDS = 30 * 86_400

const now = () => Math.floor(Date.now() / 1000)

/** An entry with the time when it was saved, in Unix seconds. */
type Saved<Entry> = Entry & { at: number }

/**
 * A list in the storage of the phone, newest first: the transfers that can be resumed after a restart of the app.
 *
 * @param name the key in the storage
 * @param id the field that identifies an entry
 */
export function storedList<Entry extends object>(name: string, id: keyof Entry) {
  const read = (): Saved<Entry>[] => {
    const stored = load(name)
    // Only this list writes there; entries of another version lack the required fields.
    const entries: Saved<Entry>[] = Array.isArray(stored) ? stored : []
    return entries.filter((entry) => entry && entry[id])
  }
  /** The entries that are not too old. */
  const recent = () => {
    const oldest = now() - MAX_AGE_SECONDS
    return read().filter(({ at }) => at > oldest)
  }
  return {
    read,
    recent,
    /**
     * Saves an entry, and drops those that are too old or beyond the limit.
     * @returns whether it was saved: the storage may be full, or the limit 0
     */
    put(entry: Entry, limit: number): boolean {
      const others = recent().filter((other) => other[id] !== entry[id])
      return save(name, [{ ...entry, at: now() }, ...others].slice(0, limit)) && limit > 0
    },
    remove(removed: Entry[keyof Entry]): void {
      const entries = read()
      const remaining = entries.filter((entry) => entry[id] !== removed)
      if (remaining.length < entries.length) save(name, remaining)
    },
  }
}

/** The uploads that may be resumed. */
export const storedUploads = storedList<StoredUpload>('miniprogram_cos_uploads', 'UploadId')

/** The ids of running uploads: no other upload may resume or abort them. */
export const runningUploadIds = new Set<string>()

/** Looks for an upload that another client has started. @returns its id, and its parts on the server */
export type ResumeSource = (
  upload: MultipartUpload,
) => Promise<[UploadId: string, parts: PartDone[]] | undefined>

/**
 * Finds a resumable upload for this file: that of this task's last run, a stored one with the same content, or one that
 * another client has started. For a new key no request is sent. Sets `memo.UploadId` to the upload found.
 *
 * @returns its parts on the server
 */
export async function findResumableUpload(upload: MultipartUpload): Promise<PartDone[]> {
  const { core, target, memo, _unfinished: unfinished } = upload
  const digest = async () => {
    const fileMd5 = await upload.digest()
    upload._onHashed(upload._fileSize)
    return fileMd5
  }
  const drop = (UploadId: string) => {
    storedUploads.remove(UploadId)
    return freeUpload(core, { ...target, UploadId })
  }
  const { UploadId } = memo
  if (UploadId) {
    // The file may have changed: parts of different contents must not form one object.
    const isSame = !memo.digest || memo.digest === (await digest())
    const parts = isSame && (await listParts(upload, UploadId))
    if (parts) return parts
    if (isSame) storedUploads.remove(UploadId)
    else await drop(UploadId)
    delete memo.UploadId
  }
  const entries = storedUploads
    .recent()
    .filter(
      (entry) =>
        !runningUploadIds.has(entry.UploadId) &&
        Object.entries(unfinished).every(([name, value]) => entry[name as 'Key'] === value),
    )
  const fileMd5 = entries[0] && (await digest())
  for (const { UploadId: id, digest: storedMd5 } of entries) {
    // The app ended before the file was hashed, so the content of these parts is unknown.
    if (!storedMd5) await drop(id)
    else if (storedMd5 === fileMd5) {
      const parts = await listParts(upload, id)
      if (parts) {
        memo.UploadId = id
        return parts
      }
      storedUploads.remove(id)
    }
  }
  for (const find of core._features._resumeSources) {
    const [id, parts] = (await find(upload)) || []
    if (parts) {
      memo.UploadId = id
      return parts
    }
  }
  return []
}

/** Lists the parts on the server; undefined if the upload no longer exists or has parts of other sizes. */
export async function listParts(
  { core, target, signal, parts }: MultipartUpload,
  UploadId: string,
): Promise<PartDone[] | undefined> {
  const partsDone: PartDone[] = []
  let PartNumberMarker: string | undefined
  do {
    let page: MultipartListPartResult
    try {
      const params = { ...target, UploadId, signal, PartNumberMarker }
      page = await execute(core, multipartListPart, params)
    } catch (error) {
      // Completed, aborted, of another key, or not permitted: a new upload is started instead.
      const { code } = asCosError(error)
      if (code === 'NoSuchUpload' || code === 'AccessDenied') return undefined
      throw error
    }
    for (const { PartNumber, ETag, Size } of page.Part) {
      const { length } = parts[Number(PartNumber) - 1] || {}
      if (length !== Number(Size)) return undefined
      partsDone.push({ PartNumber: Number(PartNumber), ETag })
    }
    PartNumberMarker = page.IsTruncated === 'true' ? page.NextPartNumberMarker : undefined
  } while (PartNumberMarker)
  return partsDone
}

/** Milliseconds that a caller waits until the parts are freed. */
const WAIT_MS = 3000
/** Maximum number of attempts; after WAIT_MS they continue in the background. */
const MAX_ATTEMPTS = 10

/** Frees the parts of an upload on the server. Never rejects: the caller reports the failure of the upload. */
export async function freeUpload(core: ClientCore, upload: Target & { UploadId: string }) {
  const free = async () => {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      try {
        await execute(core, multipartAbort, upload)
        return
      } catch (error) {
        // Freed already, or not permitted: retrying does not help.
        const { retryable, kind, code } = asCosError(error)
        if (!retryable && kind === 'service' && code !== 'ExpiredToken') return
        await sleep(WAIT_MS * attempt)
      }
    }
  }
  await withTimeout(WAIT_MS, free(), () => {})
}

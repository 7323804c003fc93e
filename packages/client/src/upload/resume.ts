import {
  type MultipartListPartResult,
  multipartAbort,
  multipartListPart,
} from '@miniprogram-cos/protocol'
import { sleep, withTimeout } from '../concurrency'
import { asCosError } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import type { Target } from '../request/prepare'
import { load, save } from '../wx/files'
import type { MultipartUpload, PartDone } from './multipart'

const STORAGE_KEY = 'miniprogram_cos_uploads'

/** COS keeps the parts of an unfinished upload forever; the official client resumes uploads for a month. */
const MAX_AGE_SECONDS = 30 * 86_400

/** An upload that may be resumed: its target, and the sizes of the file and its parts. */
export interface UnfinishedUpload {
  Bucket: string
  Region: string
  Key: string
  size: number
  partSize: number
}

/** An entry in the storage. */
interface Entry extends UnfinishedUpload {
  UploadId: string
  /**
   * MD5 of the whole file: its path and its times do not identify its content. Missing until the system has read the
   * file; an upload without it can only be aborted.
   */
  digest?: string
  /** When the entry was saved, in Unix seconds. */
  at: number
}

const now = () => Math.floor(Date.now() / 1000)

function read(): Entry[] {
  const stored = load(STORAGE_KEY)
  const oldest = now() - MAX_AGE_SECONDS
  // Only `remember` writes there; entries of another version lack the required fields.
  const entries: Entry[] = Array.isArray(stored) ? stored : []
  return entries.filter((entry) => entry && entry.UploadId && entry.at > oldest)
}

/** The ids of running uploads: no other upload may resume or abort them. */
export const active = new Set<string>()

/** Stores an upload. @returns whether it was stored: the storage may be full, or the limit 0 */
export function remember(upload: Omit<Entry, 'at'>, limit: number): boolean {
  const others = read().filter(({ UploadId }) => UploadId !== upload.UploadId)
  return save(STORAGE_KEY, [{ ...upload, at: now() }, ...others].slice(0, limit)) && limit > 0
}

export function forget(id: string): void {
  const entries = read()
  const remaining = entries.filter(({ UploadId }) => UploadId !== id)
  if (remaining.length < entries.length) save(STORAGE_KEY, remaining)
}

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
  const { core, target, memo, unfinished } = upload
  const digest = async () => {
    const fileMd5 = await upload.digest()
    upload.onHashed(upload.fileSize)
    return fileMd5
  }
  const drop = (UploadId: string) => {
    forget(UploadId)
    return freeUpload(core, { ...target, UploadId })
  }
  const { UploadId } = memo
  if (UploadId) {
    // The file may have changed: parts of different contents must not form one object.
    const isSame = !memo.digest || memo.digest === (await digest())
    const parts = isSame && (await listParts(upload, UploadId))
    if (parts) return parts
    if (isSame) forget(UploadId)
    else await drop(UploadId)
    delete memo.UploadId
  }
  const entries = read().filter(
    (entry) =>
      !active.has(entry.UploadId) &&
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
      forget(id)
    }
  }
  for (const find of core.features.resumeSources) {
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

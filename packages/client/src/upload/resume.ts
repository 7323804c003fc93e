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

/** COS keeps the parts of an upload for as long as nobody completes it; a month is the official limit. */
const MAX_AGE_SECONDS = 30 * 86_400

/** An upload that may be resumed: where it goes, and how it is cut. */
export interface UnfinishedUpload {
  Bucket: string
  Region: string
  Key: string
  size: number
  partSize: number
}

/** The stored entry. */
interface Entry extends UnfinishedUpload {
  UploadId: string
  /**
   * MD5 of the whole file: neither its path nor its times say what is in it. Missing until the system has read the
   * file; an app that was ended before leaves an upload that can only be aborted.
   */
  digest?: string
  /** Unix seconds. */
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

/** Uploads that run now: nothing else may resume or abort them. */
export const active = new Set<string>()

/** @returns whether it is remembered across restarts of the app: the storage may be full, or the limit 0 */
export function remember(upload: Omit<Entry, 'at'>, limit: number): boolean {
  const others = read().filter(({ UploadId }) => UploadId !== upload.UploadId)
  return save(STORAGE_KEY, [{ ...upload, at: now() }, ...others].slice(0, limit)) && limit > 0
}

export function forget(id: string): void {
  const entries = read()
  const left = entries.filter(({ UploadId }) => UploadId !== id)
  if (left.length < entries.length) save(STORAGE_KEY, left)
}

/** Looks for an upload that another client began: its id, and its parts on the server. */
export type ResumeSource = (
  upload: MultipartUpload,
) => Promise<[UploadId: string, parts: PartDone[]] | undefined>

/**
 * Finds a resumable upload for this file, and its parts on the server: that of this task's last run, one remembered
 * by the file's content, or one that another client began. A new key costs no request. `memo.UploadId` is the one
 * that was found.
 */
export async function findResumableUpload(upload: MultipartUpload): Promise<PartDone[]> {
  const { core, target, memo, unfinished } = upload
  const digest = async () => {
    const found = await upload.digest()
    upload.onHashed(upload.fileSize)
    return found
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
  const found = entries[0] && (await digest())
  for (const { UploadId: id, digest: known } of entries) {
    // The app ended before the file was hashed, so the content of these parts is unknown.
    if (!known) await drop(id)
    else if (known === found) {
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

/** The parts on the server that are of this plan; undefined when the upload is gone or of another plan. */
export async function listParts(
  { core, target, signal, parts }: MultipartUpload,
  UploadId: string,
): Promise<PartDone[] | undefined> {
  const found: PartDone[] = []
  let PartNumberMarker: string | undefined
  do {
    let page: MultipartListPartResult
    try {
      const params = { ...target, UploadId, signal, PartNumberMarker }
      page = await execute(core, multipartListPart, params)
    } catch (error) {
      // Completed, aborted, of another key, or not ours to see: a new upload is begun instead.
      const { code } = asCosError(error)
      if (code === 'NoSuchUpload' || code === 'AccessDenied') return undefined
      throw error
    }
    for (const { PartNumber, ETag, Size } of page.Part) {
      const { length } = parts[Number(PartNumber) - 1] || {}
      if (length !== Number(Size)) return undefined
      found.push({ PartNumber: Number(PartNumber), ETag })
    }
    PartNumberMarker = page.IsTruncated === 'true' ? page.NextPartNumberMarker : undefined
  } while (PartNumberMarker)
  return found
}

/** How long a caller waits for the server to free the parts. */
const WAIT_MS = 3000
/** Attempts in all; after WAIT_MS they continue in the background. */
const ROUNDS = 10

/** Frees the parts of an upload on the server. Never fails: there is a failure to report already. */
export async function freeUpload(core: ClientCore, upload: Target & { UploadId: string }) {
  const free = async () => {
    for (let round = 1; round <= ROUNDS; round++) {
      try {
        await execute(core, multipartAbort, upload)
        return
      } catch (error) {
        // Gone already, or not ours to free: trying again would change nothing.
        const { retryable, kind, code } = asCosError(error)
        if (!retryable && kind === 'service' && code !== 'ExpiredToken') return
        await sleep(WAIT_MS * round)
      }
    }
  }
  await withTimeout(WAIT_MS, free(), () => {})
}
